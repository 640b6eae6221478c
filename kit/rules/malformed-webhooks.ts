import { headersOf, type WebhookChanges, type WebhookFixture } from "../webhook-fixture.ts";

/** A webhook that no provider sends. */
export interface MalformedWebhook {
  /** A description. */
  readonly description: string;
  readonly changes: WebhookChanges;
}

/** Malformed variants of a fixture's webhook, as an anonymous peer could send: the same ones every time. */
export function malformedWebhooks(fixture: WebhookFixture): readonly MalformedWebhook[] {
  const headers = headersOf(fixture);
  const names = Object.keys(headers);
  const odd = names.flatMap((name) =>
    values.map((value) => ({
      description: `the header ${name}: ${JSON.stringify(value.slice(0, 40))}`,
      changes: { headers: { ...headers, [name]: [value] }, body: Buffer.from("{}") },
    })),
  );
  const bodies = [
    Buffer.alloc(0),
    Buffer.from([0xff, 0xfe, 0x00]),
    Buffer.from("[]"),
    Buffer.from("not JSON"),
  ];
  const emptied = bodies.map((body) => ({
    description: `the body ${JSON.stringify(String(body))}`,
    changes: { body },
  }));
  return [...odd, ...emptied, ...scrambled(fixture)];
}

const values = [
  "",
  " ",
  ",",
  "=",
  "t=,v1=",
  "t=99999999999999999999,v1=00",
  "v1,",
  "sha256=",
  "sha256=zz",
  "\u0000\u00ff",
  "%00%ff",
  "-1",
  "NaN",
  "1e999",
  "__proto__",
  "a".repeat(20_000),
  "t=1,".repeat(2_000),
];

/** Headers with random characters changed, the same ones every time. */
function scrambled(fixture: WebhookFixture): readonly MalformedWebhook[] {
  const headers = headersOf(fixture);
  const random = createRandom();
  return Array.from({ length: 100 }, (_, round) => {
    const changed = Object.entries(headers).map(([name, all]) => [
      name,
      all.map((value) => mangle(value, random)),
    ]);
    const body = Buffer.from(Array.from({ length: round }, () => random(256)));
    return {
      description: `scrambled headers and body (${round})`,
      changes: { headers: Object.fromEntries(changed), body },
    };
  });
}

function mangle(value: string, random: (limit: number) => number): string {
  const characters = [...value];
  for (let change = 0; change < 3; change++) {
    characters[random(characters.length + 1)] = String.fromCharCode(random(256));
  }
  return characters.slice(random(2), characters.length - random(3)).join("");
}

/** Numbers below a limit, by a linear congruence. */
function createRandom(): (limit: number) => number {
  let state = 20_260_102;
  return (limit) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * limit);
  };
}
