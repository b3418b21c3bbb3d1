import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { holds, oddText } from "#lib/net/testing/property.ts";
import { buildLogoutRequest, type LogoutParameters, logoutParameters, longestUrl } from "./logout-request.ts";

const value = oddText().map((text) => text.toWellFormed());
const long = fc.nat(3000).map((length) => "x".repeat(length));
const several = fc.record(
  Object.fromEntries(logoutParameters.map((name) => [name, fc.oneof(value, value, long)])),
  { requiredKeys: [] },
);
/** About as long as a URL may be. */
const hint = fc.integer({ min: 1900, max: 2000 }).map((length) => ({ id_token_hint: "x".repeat(length) }));
const parameters: fc.Arbitrary<LogoutParameters> = fc.oneof(several, hint);
/** Some have parameters of their own, of the same names (RIL 2.1). */
const own = fc.constantFrom("", "?tenant=a&state=own", "?client_id=own&client_id=again");
const endpoint = fc.tuple(
  fc.tuple(fc.webUrl({ validSchemes: ["https", "http"] }), own).map((parts) => parts.join("")),
  fc.constantFrom("GET" as const, "POST" as const),
);

test("for every logout request, the OP gets each parameter once, at its own endpoint, by a URL that is not too long", (t) =>
  holds(
    t,
    fc.property(endpoint, parameters, ([url, method], sent) => {
      const request = buildLogoutRequest(url, sent, method);
      const to = new URL(request.url);
      assert.deepEqual([to.origin, to.pathname], [new URL(url).origin, new URL(url).pathname]);
      assert.ok(request.method === "POST" || request.url.length <= longestUrl);
      const own = [...new URL(url).searchParams];
      const given = logoutParameters.flatMap((name) => (sent[name] ? [[name, sent[name]]] : []));
      const received = [...to.searchParams, ...new URLSearchParams(request.fields)];
      assert.deepEqual(received, [...own, ...given]);
    }),
  ));
