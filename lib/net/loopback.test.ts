import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isCertainlyLoopback, isLoopback } from "./loopback.ts";

type Case = [host: string, loopback: boolean, certainly?: boolean];

const cases: Case[] = [
  ["localhost", true],
  ["LocalHost", true],
  ["localhost.", true, false],
  ["LOCALHOST.", true, false],
  ["127.0.0.1", true],
  ["127.8.9.10", true],
  ["127.0.0.1.", true],
  ["::1", true],
  ["[::1]", true],
  ["0:0:0:0:0:0:0:1", true],
  ["::ffff:127.0.0.1", true],
  ["[::ffff:7f00:1]", true],
  ["playground2.localhost", true, false],
  ["a.b.LOCALHOST.", true, false],
  ["", false],
  [".", false],
  ["op.example", false],
  ["localhost.example", false],
  ["notlocalhost", false],
  ["127.0.0.1.example", false],
  ["127.0.0.256", false],
  ["127.1", false],
  ["128.0.0.1", false],
  ["0.0.0.0", false],
  ["::", false],
  ["::2", false],
  ["[::ffff:10.0.0.1]", false],
  ["[localhost", false],
];

describe("loopback", () => {
  for (const [host, loopback, certainly = loopback] of cases) {
    test(`${host || "(empty)"}: ${loopback}, certainly: ${certainly}`, () => {
      assert.equal(isLoopback(host), loopback);
      assert.equal(isCertainlyLoopback(host), certainly);
    });
  }

  test("URL writes addresses in forms that are recognized", () => {
    for (const host of ["127.1", "0x7f000001", "2130706433", "[::ffff:127.0.0.1]", "[0::1]"])
      assert.ok(isCertainlyLoopback(new URL(`http://${host}/`).hostname), host);
  });
});
