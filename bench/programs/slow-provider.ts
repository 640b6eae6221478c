import { createServer, type Socket } from "node:net";

// A provider that answers every request with the same object, some time later. Written on bare sockets, so that what it
// costs the machine is as little as can be.
const latencyMs = Number(process.env.LATENCY_MS);
const body = JSON.stringify({ id: "lnk_bench", status: "open" });
const reply = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;

const server = createServer({ noDelay: true }, (socket) => {
  let unread = "";
  socket.setEncoding("latin1");
  socket.on("data", (text: string) => {
    unread = takeRequests(unread + text, () => answerLater(socket));
  });
  socket.on("error", () => undefined);
});
server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => {
  const address = server.address();
  if (typeof address === "object") console.error(`http://127.0.0.1:${address?.port}`);
});
process.once("SIGTERM", () => process.exit());

function answerLater(socket: Socket): void {
  setTimeout(() => socket.writable && socket.write(reply), latencyMs);
}

/** Takes every whole request from the text, and returns the rest. */
function takeRequests(text: string, took: () => void): string {
  let rest = text;
  for (;;) {
    const headEnd = rest.indexOf("\r\n\r\n");
    if (headEnd === -1) return rest;
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(rest.slice(0, headEnd))?.[1] ?? 0);
    const end = headEnd + 4 + length;
    if (rest.length < end) return rest;
    took();
    rest = rest.slice(end);
  }
}
