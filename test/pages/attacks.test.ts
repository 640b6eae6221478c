import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askPage } from "../support/clients/page-request.ts";
import { callLink, type MadeLink, makeLink } from "../support/clients/recipient.ts";
import { type RunningService, startService, temporaryFolder } from "../support/service/service.ts";

/** What strangers and broken clients send to the pages of a service whose pages have a port of their own. */
const folder = temporaryFolder();
const tokens: string[] = [];
let service: RunningService;

beforeAll(async () => {
  service = await startService({
    environment: {
      SLUICE_DATABASE_URL: `sqlite:${folder.path}/sluice.db`,
      SLUICE_PUBLIC_LISTEN: "127.0.0.1:0",
      SLUICE_TRUSTED_PROXIES: "1",
      SLUICE_LOG_LEVEL: "debug",
    },
  });
});
afterAll(async () => {
  await service.stop();
  folder.remove();
});

async function newLink(): Promise<MadeLink & { readonly path: string }> {
  const link = await makeLink(service);
  const { pathname } = new URL(link.url);
  tokens.push(pathname.slice("/l/".length));
  return { ...link, path: pathname };
}
const look = (link: MadeLink) => callLink(service, "Get", link);
/** Sends bytes, and gives the status that was answered; undefined where the connection was closed without a word. */
function sendBytes(url: string, text: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1").setEncoding("latin1");
    let said = "";
    socket.on("data", (piece) => {
      said += piece;
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(said ? Number(/^HTTP\/1\.1 (\d+)/.exec(said)?.[1]) : undefined));
    socket.write(text, "latin1");
  });
}

describe("a request that no browser sends", () => {
  const L = "LINK";
  const head = (line: string, host = "x") => `${line} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n`;
  it.each<[number | undefined, string]>([
    [400, `${head(`GET ${L}`, "a b")}\r\n`],
    [400, `${head(`GET ${L}`, "<script>")}\r\n`],
    [400, `${head(`GET ${L}`, "evil.example/x?")}\r\n`],
    [400, `GET ${L} HTTP/1.1\r\n\r\n`],
    [400, `${head(`GET http://x:999999${L}`)}\r\n`],
    [undefined, `${head(`CONNECT ${L}`)}\r\n`],
    [400, `${head("OPTIONS *")}\r\n`],
    [404, `${head(`OPTIONS ${L}`)}\r\n`],
    [404, `${head(`TRACE ${L}`)}\r\n`],
    [404, `${head(`DELETE ${L}`)}\r\n`],
    [404, `${head(`PATCH ${L}`)}\r\n`],
    [400, `${head(`BREW ${L}`)}\r\n`],
    [404, `${head(`GET ${L}/`)}\r\n`],
    [404, `${head(`GET ${L};x`)}\r\n`],
    [404, `${head(`GET /${L}`)}\r\n`],
    [404, `${head(`GET ${L.toLowerCase()}`)}\r\n`],
    [404, `${head("GET /l/%")}\r\n`],
    [404, `${head("GET /l/%E0%A4%A")}\r\n`],
    [400, `${head(`GET ${L}\xff`)}\r\n`],
    [200, `${head(`GET /x/..${L}?%ff=%ff&lang=%&kind=__proto__&method=constructor&country=toString`)}\r\n`],
    [200, `${head(`GET ${L}`)}upgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n\r\n`],
    [200, `${head(`HEAD ${L}`)}content-length: 5\r\n\r\nhello`],
    [417, `${head(`POST ${L}`)}expect: bogus\r\ncontent-length: 1\r\n\r\nx`],
    [
      400,
      `${head(`POST ${L}`)}transfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n`,
    ],
    [431, `${head(`GET ${L}`)}x-large: ${"x".repeat(17_000)}\r\n\r\n`],
  ])("is answered %s, does nothing and breaks nothing: %j", async (status, text) => {
    const link = await newLink();
    const before = await look(link);
    const lower = link.path.replace("/l/", "/L/");
    const bytes = text.replaceAll(L.toLowerCase(), lower).replaceAll(L, link.path);
    expect(await sendBytes(link.url, bytes)).toBe(status);
    expect(await look(link)).toEqual(before);
    expect((await askPage(link.url)).status).toBe(200);
  });
});

// Last: it reads what all of the above has left behind.
it("leaves no token in the log, and nothing there that is no line of the log's", async () => {
  await delay(50);
  expect(tokens.length).toBeGreaterThan(20);
  const lines = service.output().split("\n").filter(Boolean);
  const greeting = lines.findIndex((line) => line.startsWith("Then open the url"));
  const isLogged = (line: string) => line.startsWith("{") && !/"level":"error"/.test(line);
  expect(lines.slice(greeting + 1).filter((line) => !isLogged(line))).toEqual([]);
  expect(tokens.filter((token) => service.output().includes(token))).toEqual([]);
});
