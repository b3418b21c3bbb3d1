import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RelyingParty } from "../probe/relying-party.ts";
import { isAbout, mayBeAbout } from "./deliveries.ts";

const now = { sub: "alice", sid: "now" };
const known = [{ sub: "alice", sid: "before" }, { sub: "bob", sid: "bobs" }, now];
const session = { rp: { known } as unknown as RelyingParty, ...now };

describe("a logout token that came after the logout of a session", () => {
  const cases: [what: string, claims: Record<string, string>, is: boolean, may: boolean][] = [
    ["names it", { sub: "alice", sid: "now" }, true, true],
    ["names its user alone", { sub: "alice" }, true, true],
    ["is late, of an earlier session", { sub: "alice", sid: "before" }, false, false],
    ["is late, of another user", { sub: "bob" }, false, false],
    ["names a session that nobody knows, which is to be judged", { sub: "alice", sid: "wrong" }, false, true],
    ["names a user whom nobody knows, which is to be judged", { sub: "wrong" }, false, true],
    ["names nobody, which is to be judged", {}, false, true],
  ];
  for (const [what, claims, is, may] of cases) {
    it(what, () =>
      assert.deepEqual(
        [isAbout, mayBeAbout].map((fits) => fits(session)({ claims })),
        [is, may],
      ),
    );
  }
});
