import assert from "node:assert/strict";
import { test } from "node:test";
import { isWebUrl } from "./web-url.ts";

const cases: [value: unknown, is: boolean][] = [
  ["https://op.example/authorize?a=b", true],
  ["HTTP://localhost:9443", true],
  ["http://[::1]:8080/", true],
  ["https://bücher.example/", true],
  ["http://front_door/", true],
  ["https://op.example;script-src/", false],
  ["https://op.example,b/", false],
  ["https://*.example/", false],
  ["https://'self'/", false],
  ["javascript:alert(1)", false],
  ["//op.example/", false],
  ["/authorize", false],
  ["", false],
  [{ toString: () => "https://op.example/" }, false],
];
for (const [value, is] of cases)
  test(`${JSON.stringify(value)} is ${is ? "a" : "no"} web address`, () => assert.equal(isWebUrl(value), is));
