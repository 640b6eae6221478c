import { headersOf, type WebhookChanges, type WebhookFixture } from "../webhook-fixture.ts";

/** A request that no provider sends. */
export interface StrangeRequest {
  /** What is strange about it, in words. */
  readonly what: string;
  readonly changes: WebhookChanges;
}

/** Requests that strangers could send where a fixture's webhook is expected: the same ones every time. */
export function strangeRequests(fixture: WebhookFixture): readonly StrangeRequest[] {
  const headers = headersOf(fixture);
  const names = Object.keys(headers);
  const odd = names.flatMap((name) =>
    values.map((value) => ({
      what: `the header ${name}: ${JSON.stringify(value.slice(0, 40))}`,
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
    what: `the body ${JSON.stringify(String(body))}`,
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

/** Headers with their characters changed, by chance that is the same every time. */
function scrambled(fixture: WebhookFixture): readonly StrangeRequest[] {
  const headers = headersOf(fixture);
  const chance = newChance();
  return Array.from({ length: 100 }, (_, round) => {
    const changed = Object.entries(headers).map(([name, all]) => [
      name,
      all.map((value) => mangle(value, chance)),
    ]);
    const body = Buffer.from(Array.from({ length: round }, () => chance(256)));
    return {
      what: `scrambled headers and body (${round})`,
      changes: { headers: Object.fromEntries(changed), body },
    };
  });
}

function mangle(value: string, chance: (limit: number) => number): string {
  const characters = [...value];
  for (let change = 0; change < 3; change++) {
    characters[chance(characters.length + 1)] = String.fromCharCode(chance(256));
  }
  return characters.slice(chance(2), characters.length - chance(3)).join("");
}

/** Numbers below a limit, by a linear congruence. */
function newChance(): (limit: number) => number {
  let state = 20_260_102;
  return (limit) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * limit);
  };
}
