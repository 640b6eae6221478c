import { randomUUIDv7 } from "node:crypto";
import { describe, expect, it, onTestFinished } from "vitest";
import { aLink, anIntent, aPayout, done, scope } from "../../../test/support/stores/ledger-facts.ts";
import { ledgerAt, onEveryEngine } from "../../../test/support/stores/ledgers.ts";
import { freshDatabase, hasPostgres } from "../../../test/support/stores/postgres.ts";
import type { NewPayout } from "../../core/payout.ts";
import { PayoutEnums_PayoutStatus as Status } from "../../gen/types/payout_pb.ts";
import type { LinkList, LinkPosition, LinkQuery, PayoutUpdate } from "../ledger.ts";
import { afterPrefix, listLinks } from "./list-links.ts";

const nothing = {
  states: [],
  connector: undefined,
  merchantPayoutIdPrefix: undefined,
  createdFromMs: undefined,
  createdBeforeMs: undefined,
  metadataKey: undefined,
  after: undefined,
  limit: 50,
} as const;

describe("afterPrefix", () => {
  it.each([
    ["a", "b"],
    ["order-", "order."],
    ["a\u{d7ff}", "a\u{e000}"],
    ["😀", "😁"],
    ["a\u{10ffff}\u{10ffff}", "b"],
    ["\u{10ffff}", undefined],
  ])("of %j is %j", (prefix, past) => {
    expect(afterPrefix(prefix)).toBe(past);
  });
});

describe("a list", () => {
  it("ends after so many transactions, and says where to go on", async () => {
    const positions: (LinkPosition | undefined)[] = [];
    const scan = async ({ after }: LinkQuery): Promise<LinkList> => {
      positions.push(after);
      return { links: [], next: { createdAtMs: positions.length, payoutId: "p" } };
    };
    const query = { ...nothing, scope: { tenantId: "t", merchantId: "m" } };
    const { links, next } = await listLinks(query, scan);
    expect([links.length, positions.length]).toEqual([0, 25]);
    expect(positions[1]).toEqual({ createdAtMs: 1, payoutId: "p" });
    expect(next).toEqual({ createdAtMs: 25, payoutId: "p" });
  });
});

describe.runIf(hasPostgres())("on postgres in another language", () => {
  it("compares prefixes and ids to the letter all the same", async () => {
    const ledger = await ledgerAt(await freshDatabase("en-US"));
    onTestFinished(() => ledger.close());
    const names = ["order-1", "order_2", "Order-3", "order-", "örder-4", "orders"];
    for (const merchantPayoutId of names)
      await ledger.record(
        anIntent({ payout: { create: aPayout({ merchantPayoutId, link: aLink() }) } }),
        done(),
      );
    for (const prefix of ["order", "order-", "order_", "O", "o", "ö"]) {
      const { links } = await ledger.listLinks({ ...nothing, scope, merchantPayoutIdPrefix: prefix });
      const found = links.map(({ payout }) => payout.merchantPayoutId ?? "");
      expect([prefix, found.toSorted()]).toEqual([
        prefix,
        names.filter((name) => name.startsWith(prefix)).sort(),
      ]);
    }
    expect(await ledger.findPayout(scope, { merchantPayoutId: "order_2" })).toBeDefined();
  });
});

onEveryEngine((fixture) => {
  /** A merchant of its own, and what makes and lists its links. */
  function merchant() {
    const scope = { tenantId: "tenant", merchantId: randomUUIDv7() };
    const list = (given: Partial<LinkQuery> = {}) =>
      fixture.ledger.listLinks({ scope, ...nothing, ...given });
    return {
      scope,
      async add(startedAtMs: number, given: Partial<NewPayout> = {}, change: PayoutUpdate = {}) {
        const create = aPayout({ link: aLink(), ...given });
        await fixture.ledger.record(anIntent({ scope, startedAtMs, payout: { create } }), done(change));
        return create.id;
      },
      list,
      async ids(given: Partial<LinkQuery> = {}) {
        return (await list(given)).links.map(({ payout }) => payout.id);
      },
      async named(given: Partial<LinkQuery> = {}) {
        return (await list(given)).links.map(({ payout }) => payout.merchantPayoutId);
      },
      /** Every link, page by page. */
      async pages(given: Partial<LinkQuery>, between = async () => {}) {
        const ids: string[] = [];
        let after: LinkPosition | undefined;
        do {
          const page: LinkList = await list({ ...given, after });
          ids.push(...page.links.map(({ payout }) => payout.id));
          after = page.next;
          await between();
        } while (after);
        return ids;
      },
    };
  }

  describe("a list of links", () => {
    it("is newest first, of one merchant, and without payouts that have no link", async () => {
      const { add, list, scope } = merchant();
      const [old, young] = [await add(10), await add(20)];
      await add(30, { link: undefined });
      await merchant().add(40);
      const found = await list();
      expect(found.links.map(({ payout }) => payout.id)).toEqual([young, old]);
      expect(found.next).toBeUndefined();
      expect(found.links[0]).toEqual(await fixture.ledger.findLinkById(scope, young));
    });

    it("shows with each link how often it was paid, and what is under way", async () => {
      const { add, list, scope } = merchant();
      const [id] = [await add(10), await add(20)];
      const version = 1;
      const transfer = anIntent({ scope, operation: "transfer", payout: { id, version } });
      await fixture.ledger.open(transfer);
      const { links } = await list();
      expect(links.map(({ paymentAttempts, openAttempt }) => [paymentAttempts, openAttempt?.id])).toEqual([
        [0, undefined],
        [1, transfer.attemptId],
      ]);
    });

    it("gives every link once, those of one millisecond too, in pages of any size", async () => {
      const one = merchant();
      const made = [];
      for (let index = 0; index < 10; index++) made.push(await one.add(index < 4 ? 10 : 20));
      const sorted = [made.slice(4).sort().reverse(), made.slice(0, 4).sort().reverse()].flat();
      for (const limit of [1, 3, 5, 10, 11]) expect(await one.pages({ limit })).toEqual(sorted);
    });

    it("sees every earlier link exactly once while others are made, before and behind it", async () => {
      const one = merchant();
      const earlier: string[] = [];
      for (let index = 0; index < 40; index++) earlier.push(await one.add(1_000 + index));
      let rounds = 0;
      const seen = await one.pages({ limit: 3 }, async () => {
        rounds++;
        if (rounds < 20) await Promise.all([one.add(2_000), one.add(999 + rounds), one.add(1_039)]);
      });
      expect(new Set(seen).size).toBe(seen.length);
      expect(earlier.filter((id) => !seen.includes(id))).toEqual([]);
    });

    it("takes states as they are now", async () => {
      const { add, ids } = merchant();
      const status = Status.REQUIRES_PAYOUT_METHOD_DATA;
      const over = await add(10, { link: aLink({ expiresAtMs: fixture.clock.ms }) }, { status });
      const active = await add(20, { link: aLink({ expiresAtMs: fixture.clock.ms + 1 }) }, { status });
      const claimed = await add(30, {}, { status: Status.PENDING, linkState: "CLAIMED" });
      const ended = await add(40, {}, { status: Status.EXPIRED, linkState: "EXPIRED" });
      const begun = await add(
        50,
        { link: aLink({ expiresAtMs: fixture.clock.ms }) },
        { status: Status.PENDING },
      );
      expect(await ids({ states: ["ACTIVE"] })).toEqual([begun, active]);
      expect(await ids({ states: ["EXPIRED"] })).toEqual([ended, over]);
      expect(await ids({ states: ["CLAIMED", "EXPIRED"] })).toEqual([ended, claimed, over]);
      expect(await ids({ states: ["COMPLETED"] })).toEqual([]);
    });

    it("takes a connector, a time, a metadata key, and all of them", async () => {
      const { add, ids } = merchant();
      const link = () => aLink({ metadataKeys: ["order", "%"] });
      const [first, second, third] = [
        await add(10, { link: link() }),
        await add(20, { connector: "other", link: link() }),
        await add(30, { connector: "other" }),
      ];
      expect(await ids({ connector: "other" })).toEqual([third, second]);
      expect(await ids({ createdFromMs: 20 })).toEqual([third, second]);
      expect(await ids({ createdBeforeMs: 30 })).toEqual([second, first]);
      expect(await ids({ metadataKey: "order" })).toEqual([second, first]);
      expect(await ids({ metadataKey: "%" })).toEqual([second, first]);
      expect(await ids({ metadataKey: "orde" })).toEqual([]);
      const all = { connector: "other", createdFromMs: 15, createdBeforeMs: 30, metadataKey: "order" };
      expect(await ids({ ...all, states: ["ACTIVE"] })).toEqual([second]);
      expect(await ids({ ...all, states: ["CLAIMED"] })).toEqual([]);
    });

    it("takes a prefix to the letter, in any script", async () => {
      const { add, named } = merchant();
      const names = [
        "a%b",
        "a%",
        "a_1",
        "axb",
        "A%",
        "ä1",
        "aé",
        "ae\u0301",
        "😀1",
        "😁",
        "\u{d7ff}x",
        "\u{e000}",
      ];
      for (const [index, merchantPayoutId] of names.entries()) await add(100 - index, { merchantPayoutId });
      const expected = (prefix: string) => names.filter((name) => name.startsWith(prefix));
      for (const prefix of ["a", "a%", "a_", "A", "ä", "aé", "ae", "😀", "\u{d7ff}", "_", "%", "", "z"])
        expect([prefix, await named({ merchantPayoutIdPrefix: prefix })]).toEqual([prefix, expected(prefix)]);
    });
  });

  describe("among more links than one transaction looks at", () => {
    it("finds the few that match, by state, key or prefix", { timeout: 60_000 }, async () => {
      const one = merchant();
      const count = 5_000;
      const rare = new Map<number, string>();
      const change = { status: Status.CANCELLED, linkState: "CANCELLED" } as const;
      const makers = Array.from({ length: 50 }, async (_, maker) => {
        for (let index = maker; index < count; index += 50) {
          const isRare = index % 1_000 === 7;
          const link = aLink({ metadataKeys: isRare ? ["all", "rare"] : ["all"] });
          const merchantPayoutId = `${isRare ? "rare" : "many"}-${index}`;
          const id = await one.add(index, { link, merchantPayoutId }, isRare ? change : {});
          if (isRare) rare.set(index, id);
        }
      });
      await Promise.all(makers);
      const expected = [4_007, 3_007, 2_007, 1_007, 7].map((index) => rare.get(index));
      const filters: readonly Partial<LinkQuery>[] = [
        { states: ["CANCELLED"] },
        { states: ["CANCELLED"], metadataKey: "all" },
        { metadataKey: "rare" },
        { merchantPayoutIdPrefix: "rare-" },
      ];
      for (const filter of filters) {
        expect(await one.ids(filter)).toEqual(expected);
        expect(await one.pages({ ...filter, limit: 2 })).toEqual(expected);
      }
      const many = await one.pages({ merchantPayoutIdPrefix: "many-", limit: 200 });
      expect([many.length, new Set(many).size]).toEqual([count - 5, count - 5]);
      const all = await one.pages({ metadataKey: "all", limit: 200 });
      expect([all.length, new Set(all).size]).toEqual([count, count]);
    });
  });
});
