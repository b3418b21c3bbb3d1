/** Where the app sends a browser, and which session a cookie names, whatever a request says. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { holds, oddText } from "#lib/net/testing/property.ts";
import { ProtocolError } from "#lib/oidc/errors.ts";
import { begin, sessionOf } from "#lib/store/testing/stored.ts";
import { notFound } from "./endpoints/not-found.ts";
import { base, openApp } from "./endpoints/testing/app.ts";
import { loopbackRedirect, respond } from "./http.ts";
import { baseUrlFor } from "./relying-party.ts";
import { readSession, sessionCookie } from "./session/session-cookie.ts";

const rp = openApp();
const origins = rp.config.RP_BASE_URLS.map((url) => new URL(url).origin);
const hostsOfApp = origins.map((origin) => new URL(origin).host);

/** A header's value: no line breaks, and Latin letters only. */
const headerText = oddText(30).map((text) => text.replaceAll(/[^\x20-\x7e\xa0-\xff]/g, "").trim());
const hosts = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...hostsOfApp, "127.0.0.1:8082", "127.0.0.1:8080", "127.0.0.1") },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...[
        "evil.example",
        "localhost:8082.evil.example",
        "localhost:8082@evil.example",
        "127.0.0.1:8082/evil",
      ],
      ...[
        "LOCALHOST:8082",
        "localhost:08082",
        "localhost",
        "127.0.0.1:80820",
        "127.0.0.1.evil.example:8082",
        "",
      ],
    ),
  },
  { weight: 1, arbitrary: headerText },
);
const paths = fc.oneof(
  fc.constantFrom(
    "/playground2/",
    "//evil.example/",
    "/\\evil.example",
    "/%2f%2fevil.example",
    "/.//evil.example",
  ),
  fc.webPath(),
);
const queries = fc.oneof(fc.constant(""), fc.constantFrom("?//evil.example", "?next=https://evil.example"));

describe("for every host that a request names,", () => {
  test("the app answers as itself, redirects to itself, or refuses", (t) =>
    holds(
      t,
      fc.asyncProperty(hosts, paths, queries, fc.boolean(), async (host, path, query, forwarded) => {
        const headers = { [forwarded ? "x-forwarded-host" : "host"]: host };
        const request = new Request(`http://0.0.0.0:8082${path}${query}`, { headers });
        const elsewhere = loopbackRedirect(request, rp)?.headers.get("location");
        const isOther =
          host.startsWith("127.0.0.1") && hostsOfApp.includes(host.replace("127.0.0.1", "localhost"));
        assert.equal(elsewhere !== undefined, isOther);
        if (elsewhere) assert.ok(origins.includes(new URL(elsewhere, base).origin), elsewhere);
        if (hostsOfApp.includes(host)) assert.equal(new URL(baseUrlFor(request.headers, rp)).host, host);
        else assert.throws(() => baseUrlFor(request.headers, rp), ProtocolError);
        const response = await respond(request, rp, notFound);
        assert.equal(response.status, isOther ? 307 : hostsOfApp.includes(host) ? 404 : 421);
        const links = [...(await response.text()).matchAll(/(?:href|src|action)="([^"]*)"/g)];
        for (const [, link = ""] of links) assert.ok(origins.includes(new URL(link).origin), link);
      }),
    ));
});

describe("for every Cookie header,", () => {
  test("a session is found by the cookie that this app sealed, and by no other", async (t) => {
    const session = sessionOf("alice", "s1");
    await begin(rp.store, session);
    const [good = ""] = (await sessionCookie(session.sessionId, base, rp)).split(";");
    const [name = "", sealed = ""] = good.split("=");
    // The last bits of the seal and the version behind it may be written differently, and mean the same.
    const certain = sealed.slice(0, sealed.lastIndexOf("*") + 43);
    const edit = fc.record({
      at: fc.nat(),
      remove: fc.nat(2),
      insert: headerText.map((text) => text.slice(0, 2)),
    });
    const changed = fc.array(edit, { maxLength: 2 }).map((edits) =>
      edits.reduce((text, { at, remove, insert }) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + insert + text.slice(place + remove);
      }, sealed),
    );
    const names = fc.constantFrom(
      name,
      name,
      name.toUpperCase(),
      `${name}x`,
      name.replace("playground2", "playground3"),
    );
    const pair = fc.tuple(names, fc.oneof(changed, headerText, fc.constant(session.sessionId)));
    return holds(
      t,
      fc.asyncProperty(fc.array(pair, { maxLength: 3 }), async (pairs) => {
        const header = pairs.map((each) => each.join("=")).join("; ");
        const first = header.split(";").find((each) => each.trim().split("=")[0] === name);
        const value = first?.trim().replace(/^[^=]*=/, "") ?? "";
        const found = await readSession(header, rp);
        if (found) assert.ok(value.startsWith(certain), header);
        if (value === sealed) assert.equal(found?.sessionId, session.sessionId);
      }),
    );
  });
});
