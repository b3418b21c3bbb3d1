import assert from "node:assert/strict";
import { it } from "node:test";
import { within } from "./within.ts";

it("a time limit gives the value of a promise, its error, or the fallback if it never settles", async () => {
  assert.equal(await within(Promise.resolve("value"), 10_000, "fallback"), "value");
  await assert.rejects(within(Promise.reject(new Error("no")), 10_000, "fallback"), /^Error: no$/);
  assert.equal(await within(new Promise(() => {}), 1, "fallback"), "fallback");
});
