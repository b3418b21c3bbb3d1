import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { holds, oddText } from "#lib/net/testing/property.ts";
import { authenticate } from "./client-authentication.ts";

const text = oddText().map((written) => written.toWellFormed());

/** As an OP reads it (RFC 6749 2.3.1, appendix B). */
function decoded(authorization: string): string[] {
  const [scheme, credentials = ""] = authorization.split(" ");
  assert.equal(scheme, "Basic");
  const [id = "", ...secret] = Buffer.from(credentials, "base64").toString("latin1").split(":");
  assert.equal(secret.length, 1, "the one colon that separates them");
  return [id, ...secret].map((part) => decodeURIComponent(part.replaceAll("+", "%20")));
}

test("for every client, its ID and secret arrive as they are, by either method, and in no third place", (t) =>
  holds(
    t,
    fc.property(text, text, (clientId, clientSecret) => {
      const [headers, body] = [new Headers(), new URLSearchParams()];
      authenticate("client_secret_basic", { clientId, clientSecret }, body, headers);
      assert.deepEqual(decoded(headers.get("authorization") ?? ""), [clientId, clientSecret]);
      assert.equal(body.size, 0);
      const [other, form] = [new Headers(), new URLSearchParams()];
      authenticate("client_secret_post", { clientId, clientSecret }, form, other);
      const read = new URLSearchParams(form.toString());
      assert.deepEqual(
        [...read],
        [
          ["client_id", clientId],
          ["client_secret", clientSecret],
        ],
      );
      assert.deepEqual([...other], []);
    }),
  ));
