/** Messages to the RP iframe, in any order, from anyone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { holds, oddText } from "#lib/net/testing/property.ts";
import { app, op, rpIframe } from "../support/rp-iframe.ts";

const words = fc.constantFrom("unchanged", "changed", "error");
const confirmations = fc.constantFrom(
  { confirmation: "renewed", sessionState: "new.salt" },
  { confirmation: "ended" },
  { confirmation: "failed", reason: "server_error" },
);
const anything = fc.oneof(words, confirmations, oddText(), fc.jsonValue(), fc.constant(undefined));
const origins = fc.constantFrom(op, app, `${op}.evil.example`, "https://evil.example", "null", "");
const steps = fc.oneof(
  { weight: 6, arbitrary: fc.record({ step: fc.constant("answer" as const), data: words }) },
  { weight: 3, arbitrary: fc.record({ step: fc.constant("confirmation" as const), data: confirmations }) },
  { weight: 3, arbitrary: fc.record({ step: fc.constant("odd answer" as const), data: fc.jsonValue() }) },
  {
    weight: 4,
    arbitrary: fc.record({ step: fc.constant("stranger" as const), data: anything, origin: origins }),
  },
  { weight: 2, arbitrary: fc.record({ step: fc.constantFrom("poll" as const, "timeout" as const) }) },
  { weight: 2, arbitrary: fc.record({ step: fc.constant("wait" as const), ms: fc.nat(90_000) }) },
);

/** A change that the OP does not confirm; several in a row must end. */
const falseAlarm = [
  { step: "answer" as const, data: "unchanged" },
  { step: "answer" as const, data: "changed" },
  { step: "confirmation" as const, data: { confirmation: "renewed", sessionState: "new.salt" } },
];
const series = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: steps.map((step) => [step]) },
    { weight: 1, arbitrary: fc.constant(falseAlarm) },
  ),
  { maxLength: 40 },
);

test("for every series of messages, only the OP iframe starts a silent request, at most three a minute, and only its frame ends anything", (t) =>
  holds(
    t,
    fc.property(series, (blocks) => {
      const frame = rpIframe();
      const state = () => [frame.seen.length, frame.asked.length, frame.silentFrames.length, frame.polls()];
      const requests: number[] = [];
      let [now, trusted, waiting] = [0, false, false];
      for (const each of blocks.flat()) {
        const [before, frames, ended] = [state(), frame.silentFrames.length, count(frame.seen, "ended")];
        if (each.step === "answer") frame.message(each.data);
        else if (each.step === "odd answer") frame.message(each.data);
        else if (each.step === "stranger") {
          frame.message(each.data, each.origin, {});
          assert.deepEqual(state(), before, "a stranger's message does nothing");
        } else if (each.step === "confirmation") {
          frame.confirmed(each.data);
          if (!waiting) assert.deepEqual(state(), before, "no frame is there to confirm anything");
        } else if (each.step === "poll") frame.poll();
        else if (each.step === "timeout") frame.silentTimeout();
        else if ("ms" in each) {
          frame.wait(each.ms);
          now += each.ms;
        }
        if (frame.silentFrames.length > frames) {
          assert.ok(
            each.step === "answer" && each.data === "changed" && trusted,
            "only the OP iframe, once known",
          );
          requests.push(now);
          waiting = true;
        }
        if (each.step === "answer" && each.data === "unchanged") trusted = true;
        const isEnd = each.step === "confirmation" && each.data.confirmation === "ended" && waiting;
        assert.equal(count(frame.seen, "ended"), ended + (isEnd ? 1 : 0));
      }
      for (const [n, at] of requests.entries())
        assert.ok(at - (requests[n - 3] ?? Number.NEGATIVE_INFINITY) >= 60_000, "at most three a minute");
      for (const { targetOrigin } of frame.asked) assert.equal(targetOrigin, op);
    }),
  ));

const count = (seen: readonly string[], status: string) => seen.filter((each) => each === status).length;
