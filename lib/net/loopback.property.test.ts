/** The rules for addresses, against their ranges as numbers. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { isInternal } from "./internal-address.ts";
import { isCertainlyLoopback, isLoopback } from "./loopback.ts";
import { holds, oddText } from "./testing/property.ts";

/** Often at the edges of the ranges. */
const octet = fc.oneof(
  fc.constantFrom(0, 1, 10, 15, 16, 31, 32, 126, 127, 128, 168, 169, 172, 192, 254, 255),
  fc.nat(255),
);
const address = fc.tuple(octet, octet, octet, octet);
type Address = [number, number, number, number];

const isThisMachine = ([first]: Address) => first === 127;
const isPrivate = ([a, b]: Address) =>
  a === 10 || (a === 172 && b >> 4 === 1) || (a === 192 && b === 168) || (a === 169 && b === 254);

/** All that a URL may have for an address of four numbers. */
const spellings: ((address: Address) => string)[] = [
  (parts) => parts.join("."),
  (parts) => `${parts.join(".")}.`,
  (parts) => parts.map((part) => `0x${part.toString(16)}`).join("."),
  (parts) => parts.map((part) => `0${part.toString(8)}`).join("."),
  (parts) => String(parts.reduce((sum, part) => sum * 256 + part, 0)),
  ([a, b, c, d]) => `${a}.${b}.${c * 256 + d}`,
  (parts) => `[::ffff:${parts.join(".")}]`,
  (parts) => parts.join("。"),
];
const spelling = fc.constantFrom(...spellings);
const hostOf = (written: string) => new URL(`http://${written}/`).hostname;

describe("for every address", () => {
  test("loopback is 127/8, however a URL writes it", (t) =>
    holds(
      t,
      fc.property(address, spelling, (parts, write) => {
        const host = hostOf(write(parts));
        assert.equal(isCertainlyLoopback(host), isThisMachine(parts), host);
        assert.equal(isLoopback(host), isThisMachine(parts), host);
        assert.equal(isInternal(host), isThisMachine(parts) || isPrivate(parts), host);
      }),
    ));

  test("of IPv6, loopback is ::1 alone, and fc00::/7 and fe80::/10 are internal", (t) =>
    holds(
      t,
      fc.property(
        fc.array(
          fc.oneof(fc.constantFrom(0, 0, 0, 1, 0xfc00, 0xfdff, 0xfe80, 0xfebf, 0xfec0), fc.nat(0xffff)),
          {
            minLength: 8,
            maxLength: 8,
          },
        ),
        (groups) => {
          const host = hostOf(`[${groups.map((group) => group.toString(16)).join(":")}]`);
          const [first = 0] = groups;
          const isOne = groups.every((group, n) => group === (n === 7 ? 1 : 0));
          assert.equal(isCertainlyLoopback(host), isOne, host);
          assert.equal(isInternal(host), isOne || first >> 9 === 0x7e || first >> 6 === 0x3fa, host);
        },
      ),
    ));

  test("a name is certainly this machine only as localhost", (t) =>
    holds(
      t,
      fc.property(
        fc.oneof(oddText(12), fc.domain()),
        fc.constantFrom("", ".", "localhost", ".localhost"),
        (name, end) => {
          const url = URL.parse(`http://${name}${end}/`);
          if (!url || /^[\d.]+$|^\[/.test(url.hostname)) return;
          assert.equal(isCertainlyLoopback(url.hostname), url.hostname === "localhost", url.hostname);
        },
      ),
    ));
});
