"""Makes one call with grpcio and prints what a Python client sees of it, as JSON."""

import json
import sys

import grpc

target, path, request_hex, timeout, compression = sys.argv[1:6]
channel = grpc.insecure_channel(target, compression=grpc.Compression.Gzip if compression == "gzip" else None)
call = channel.unary_unary(path, request_serializer=None, response_deserializer=None)
try:
    reply, info = call.with_call(
        bytes.fromhex(request_hex),
        timeout=float(timeout),
        metadata=(("x-connector", "acme"), ("mark-bin", b"\x01\x02")),
    )
    print(json.dumps({"code": 0, "reply": reply.hex(), "trailers": [[k, str(v)] for k, v in info.trailing_metadata()]}))
except grpc.RpcError as error:
    trailers = dict(error.trailing_metadata() or ())
    print(
        json.dumps(
            {
                "code": error.code().value[0],
                "message": error.details(),
                "status": trailers.get("grpc-status-details-bin", b"").hex(),
            }
        )
    )
