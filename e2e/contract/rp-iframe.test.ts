/** The unchanged script of the RP iframe, in a fake window. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { app, op, rpIframe } from "../support/rp-iframe.ts";

describe("the RP iframe", () => {
  test("sends client_id and session_state, only to the OP's origin", () => {
    const { asked } = rpIframe();
    assert.deepEqual(asked, [{ message: "playground2 hash.salt", targetOrigin: op }]);
  });

  test("accepts only the three words, and only from the OP iframe", () => {
    const { message, seen, silentFrames } = rpIframe();
    message("unchanged");
    message("changed", "https://evil.example");
    message("changed", op, {});
    message("changed", `${op}.evil.example`);
    for (const word of ["Changed", "changed ", "", null, { toString: () => "changed" }, ["changed"]])
      message(word);
    message({ confirmation: "ended" }, app, {});
    assert.deepEqual([seen, silentFrames.length], [["watching"], 0]);
  });

  test("treats a first answer other than unchanged as a blocked cookie: no silent request, no logout", () => {
    const { message, seen, silentFrames, polls } = rpIframe();
    message("changed");
    assert.deepEqual([seen, silentFrames.length, polls()], [["blocked"], 0, false]);
  });

  test("sends one prompt=none request on changed, and continues with the new session_state", () => {
    const { message, silentFrames, confirmed, asked, seen } = rpIframe();
    message("unchanged");
    message("changed");
    assert.deepEqual(
      silentFrames.map(({ src }) => src),
      [`${app}/playground2/rpiframe/silent`],
    );
    confirmed({ confirmation: "renewed", sessionState: "new.salt" });
    assert.equal(asked.at(-1)?.message, "playground2 new.salt");
    message("unchanged");
    assert.deepEqual(seen, ["watching", "confirming", "watching"]);
  });

  test("stops on error, without a silent request", () => {
    const { message, silentFrames, seen, polls } = rpIframe();
    message("unchanged");
    message("error");
    assert.deepEqual([seen.at(-1), silentFrames.length, polls()], ["error", 0, false]);
  });

  test("stops when the session has ended, or the silent request failed", () => {
    for (const [confirmation, status] of [
      ["ended", "ended"],
      ["failed", "stopped"],
    ]) {
      const { message, confirmed, seen, polls } = rpIframe();
      message("unchanged");
      message("changed");
      confirmed({ confirmation, reason: "server_error" });
      assert.deepEqual([seen.at(-1), polls()], [status, false]);
    }
  });

  test("stops when a silent request gets no answer, and continues on a late one", () => {
    const { message, confirmed, silentTimeout, seen, polls } = rpIframe();
    message("unchanged");
    message("changed");
    silentTimeout();
    assert.deepEqual([seen, polls()], [["watching", "confirming", "stopped"], false]);
    confirmed({ confirmation: "renewed", sessionState: "new.salt" });
    message("unchanged");
    silentTimeout();
    assert.deepEqual([seen.at(-1), polls()], ["watching", true]);
  });

  test("stops after three silent requests in a minute; slower series continue", () => {
    for (const [pause, frames, status] of [
      [1000, 3, "stopped"],
      [25_000, 10, "confirming"],
    ] as const) {
      const { message, confirmed, silentFrames, seen, wait } = rpIframe();
      message("unchanged");
      for (let n = 0; n < 10 && seen.at(-1) !== "stopped"; n++) {
        message("changed");
        if (seen.at(-1) === "confirming" && n < 9)
          confirmed({ confirmation: "renewed", sessionState: `s${n}` });
        wait(pause);
      }
      assert.deepEqual([silentFrames.length, seen.at(-1)], [frames, status]);
    }
  });

  test("reports when two polls got no answer", () => {
    const { poll, seen, message } = rpIframe();
    message("unchanged");
    poll();
    poll();
    assert.deepEqual(seen, ["watching"]);
    poll();
    assert.deepEqual(seen, ["watching", "no answer"]);
    message("unchanged");
    assert.equal(seen.at(-1), "watching");
  });

  test("pauses while the tab is hidden", () => {
    const { document, poll, asked, listeners, seen } = rpIframe();
    document.hidden = true;
    listeners["document visibilitychange"]?.({});
    poll();
    assert.deepEqual([asked.length, seen.at(-1)], [1, "paused"]);
  });

  test("polls thirty times a minute and makes no other request", () => {
    const { message, poll, asked, silentFrames, seen } = rpIframe();
    message("unchanged");
    for (let n = 0; n < 30; n++) {
      poll();
      message("unchanged");
    }
    assert.deepEqual([asked.length, silentFrames.length, new Set(seen).size], [31, 0, 1]);
  });
});
