/** The unchanged script of the OP iframe, in a fake frame. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { sessionState } from "./logout/session-state.ts";
import { appOrigin, fakeWindow, opIframe } from "./testing/op-iframe.ts";

const message = (browserState: string | undefined, origin = appOrigin): string =>
  `photos ${sessionState("photos", origin, browserState, "salt_-1")}`;

describe("the script of the OP iframe", () => {
  it("computes SHA-256 as node:crypto does", () => {
    const { sha256 } = opIframe("");
    const lengths = [0, 1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000];
    for (const text of [...lengths.map((length) => "x".repeat(length)), "ä € 𝄞 漢字", "é".repeat(60)]) {
      assert.equal(sha256(text), createHash("sha256").update(text).digest("base64url"), text);
    }
  });

  it("answers exactly the origin of the message", () => {
    const { ask, page } = opIframe("other=1; opbs.9443=state; more=2");
    assert.equal(ask(message("state")), "unchanged");
    assert.deepEqual(page.answers, [["unchanged", appOrigin]]);
  });

  it("reads the cookie of an OP on its scheme's default port", () => {
    const { ask } = opIframe("opbs.9443=other; opbs=state", undefined, "");
    assert.equal(ask(message("state")), "unchanged");
  });

  it("says changed for another state, client or origin", () => {
    const { ask, page } = opIframe("xopbs.9443=other; opbs.9444=other; opbs.9443=state");
    assert.equal(ask(message("other")), "changed");
    assert.equal(ask(message("state").replace("photos", "albums")), "changed");
    for (const origin of ["http://localhost:8081", "http://localhost:80800", "http://evil.example"]) {
      assert.equal(ask(message("state"), page, origin), "changed");
    }
  });

  it("reads the cookie for each message", () => {
    const { ask, document } = opIframe("opbs.9443=state");
    const [signedIn, signedOut] = [message("state"), message(undefined)];
    assert.equal(ask(signedIn), "unchanged");
    document.cookie = "";
    assert.equal(ask(signedIn), "changed");
    assert.equal(ask(signedOut), "unchanged");
    document.cookie = "opbs.9443=next";
    assert.equal(ask(signedIn), "changed");
    assert.equal(ask(signedOut), "changed");
  });

  it("says error for malformed messages", () => {
    const good = message("state");
    const { hash = "" } = /(?<hash>\S+)\./.exec(good.split(" ")[1] ?? "")?.groups ?? {};
    const bad = [
      "",
      "photos",
      "photos ",
      `photos ${hash}`,
      `photos ${hash}.`,
      `${good} `,
      ` ${good}`,
      `${good} x`,
    ];
    for (const data of [...bad, `photos  ${hash}.x`, "x".repeat(10_000), `${good}${"x".repeat(9999)}`]) {
      assert.equal(opIframe("opbs.9443=state").ask(data), "error", data);
    }
    for (const data of [undefined, null, 1, {}, [good], { toString: () => good }]) {
      assert.equal(opIframe("opbs.9443=state").ask(data), "error");
    }
  });

  it("answers the RP iframe next to it, and every page above", () => {
    const top = fakeWindow();
    const between = fakeWindow(top);
    const { ask, page } = opIframe("opbs.9443=state", fakeWindow(between));
    for (const source of [page, fakeWindow(page), between, top]) {
      assert.equal(ask(message("state"), source), "unchanged");
      assert.deepEqual(source.answers, [["unchanged", appOrigin]]);
    }
  });

  it("answers no other window", () => {
    const top = fakeWindow();
    const { ask, page, frame } = opIframe("opbs.9443=state", fakeWindow(top));
    const opener = fakeWindow();
    const cousins = [fakeWindow(top), fakeWindow(fakeWindow(top))];
    const inside = [fakeWindow(frame), fakeWindow(fakeWindow(page))];
    for (const stranger of [frame, opener, fakeWindow(opener), ...cousins, ...inside])
      assert.equal(ask(message("state"), stranger), undefined);
    assert.equal(ask(message("state"), null), undefined);
  });
});
