/** URLs in all the ways in which parsers differ: what the guard lets through goes to an allowed origin. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { guardedFetch } from "./guarded-fetch.ts";
import { holds, oddText } from "./testing/property.ts";

const allowed = new Set(["https://op.example", "http://keys.example:8080"]);

/** Sends nothing; keeps what would have been sent. */
function guard(loopback: boolean) {
  const sent: { url: string; redirect: string | undefined }[] = [];
  const guarded = guardedFetch({
    fetch: async (url, { redirect }) => {
      sent.push({ url, redirect });
      return Response.json({});
    },
    origins: allowed,
    loopback,
    refuse: (origin) => new RangeError(origin),
  });
  return { ...guarded, sent };
}

const scheme = fc.constantFrom(
  "https:",
  "http:",
  "HTTPS:",
  "hTTp:",
  " https:",
  "ht\ttps:",
  "ftp:",
  "blob:https:",
  "file:",
  "data:",
  "",
);
const slashes = fc.constantFrom("//", "\\\\", "/", "///", "/\\", "");
const user = fc.constantFrom(
  "",
  "op.example@",
  "op.example:443@",
  "https%3A%2F%2Fop.example@",
  "@@",
  "op.example\\@",
);
const host = fc.oneof(
  fc.constantFrom(
    "op.example",
    "OP.EXAMPLE",
    "o%70.example",
    "op.example.",
    "keys.example",
    "op.example.evil.example",
  ),
  fc.constantFrom(
    "evil.example",
    "localhost",
    "127.0.0.1",
    "127.1",
    "[::1]",
    "169.254.169.254",
    "op。example",
    "ｏp.example",
  ),
  oddText(8),
);
const port = fc.constantFrom("", ":443", ":0443", ":80", ":8080", ":99999", ":");
const rest = fc.oneof(
  fc.constantFrom(
    "",
    "/keys",
    "?@op.example",
    "#@op.example/",
    "\\@op.example",
    "/../..//op.example",
    ";@op.example",
  ),
  oddText(10),
);
const written = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(scheme, slashes, user, host, port, rest).map((parts) => parts.join("")) },
  { weight: 1, arbitrary: fc.webUrl() },
  { weight: 1, arbitrary: oddText() },
);

/** Where an HTTP client connects to, by RFC 3986 appendix B, from the normalized form of the URL that it is given. */
function destination(url: string): string {
  const { href } = new URL(url);
  const [, scheme = "", authority = ""] = /^([^:/?#]+):\/\/([^/?#]*)/.exec(href) ?? [];
  return `${scheme}://${authority.slice(authority.lastIndexOf("@") + 1)}`;
}

describe("for every URL, a guarded fetch", () => {
  for (const loopback of [false, true]) {
    test(`goes to a listed origin${loopback ? " or this machine" : ""}, or nowhere`, (t) =>
      holds(
        t,
        fc.asyncProperty(written, async (url) => {
          const { fetch, sent } = guard(loopback);
          const refused = await fetch(url, { redirect: "follow" }).then(
            () => undefined,
            (error: unknown) => error,
          );
          if (refused) {
            assert.ok(refused instanceof RangeError || refused instanceof TypeError, String(refused));
            assert.deepEqual(sent, []);
            return;
          }
          const to = destination(sent[0]?.url ?? "");
          const here =
            /^[a-z]+:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\]|\[::ffff:7f[0-9a-f]{2}:[0-9a-f]+\])(:\d+)?$/;
          assert.ok(allowed.has(to) || (loopback && here.test(to)), to);
          assert.deepEqual(sent, [{ url, redirect: "manual" }]);
        }),
      ));
  }

  test("reaches every listed origin, with any path", (t) =>
    holds(
      t,
      fc.asyncProperty(fc.constantFrom(...allowed), fc.webPath(), async (origin, path) => {
        const { fetch, sent } = guard(false);
        await fetch(`${origin}${path}`, {});
        assert.equal(sent.length, 1);
      }),
    ));
});
