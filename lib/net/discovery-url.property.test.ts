import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { discoveryPath, discoveryUrl } from "./discovery-url.ts";
import { holds } from "./testing/property.ts";

test("for every issuer, the discovery document is at the issuer's own origin, below its own path", (t) =>
  holds(
    t,
    fc.property(
      fc.webUrl({ validSchemes: ["http", "https"] }),
      fc.constantFrom("", "/"),
      (written, slash) => {
        const issuer = `${written}${slash}`;
        const [at, of] = [new URL(discoveryUrl(issuer)), new URL(issuer)];
        assert.equal(at.origin, of.origin);
        assert.ok(at.pathname.endsWith(discoveryPath));
        assert.ok(at.pathname.startsWith(of.pathname.replace(/\/$/, "")));
        assert.equal(discoveryUrl(`${issuer}x`) === discoveryUrl(issuer), false);
      },
    ),
  ));
