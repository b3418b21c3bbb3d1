import assert from "node:assert/strict";
import { test } from "node:test";
import { isInternal } from "./internal-address.ts";

const internal = [
  ...["localhost", "playground2.localhost", "127.0.0.1", "[::1]", "10.1.2.3", "172.31.0.1", "192.168.1.1"],
  ...[
    "169.254.1.1",
    "[fd00::1]",
    "[fe80::1]",
    "host.docker.internal",
    "op.lan",
    "printer.local",
    "front-door",
  ],
];
const others = ["op.example", "172.32.0.1", "192.169.1.1", "8.8.8.8", "[2001:db8::1]", "localhost.example"];

test("an internal address is loopback, private, or named like one", () => {
  for (const host of internal) assert.ok(isInternal(host), host);
  for (const host of others) assert.ok(!isInternal(host), host);
});
