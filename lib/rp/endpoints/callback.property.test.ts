/** /oauth2client and whatever may arrive there: two sign-ins wait, of two browsers at two OpenID Providers. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Fetch } from "#lib/net/bounded-fetch.ts";
import { holds, oddText } from "#lib/net/testing/property.ts";
import { readSession } from "../session/session-cookie.ts";
import { authorize } from "./authorize.ts";
import { callback } from "./callback.ts";
import { base, op, openApp, otherOp, type Signer, signed } from "./testing/app.ts";
import { Browser } from "./testing/browser.ts";

/** What the OP keeps of an authorization request, for its token endpoint. */
interface Grant {
  signer: Signer;
  nonce: string;
  challenge: string;
}

const grants = new Map<string, Grant>();

/** The token endpoints. A code works as often as it is sent: it is for the app to send it once. */
const tokenEndpoints: Fetch = async (_url, { body }) => {
  const { code = "", code_verifier = "" } = Object.fromEntries(new URLSearchParams(String(body)));
  const grant = grants.get(code);
  if (!grant || createHash("sha256").update(code_verifier).digest("base64url") !== grant.challenge)
    return Response.json({ error: "invalid_grant" }, { status: 400 });
  const iat = Math.floor(Date.now() / 1000);
  const { signer, nonce } = grant;
  const claims = {
    iss: signer.issuer,
    aud: "playground2",
    sub: `user of ${code}`,
    iat,
    exp: iat + 60,
    nonce,
  };
  const id_token = signed(JSON.stringify({ alg: "ES256", kid: signer.kid }), JSON.stringify(claims), signer);
  return Response.json({ access_token: "a", token_type: "bearer", id_token });
};

interface SignIn {
  browser: Browser;
  signer: Signer;
  state: string;
  code: string;
}

async function startSignIn(signer: Signer): Promise<SignIn> {
  const browser = new Browser(rp);
  const fields = new URLSearchParams({
    grant_type: "code",
    client_id: "playground2",
    scope: "openid",
    redirect_uri: `${base}/oauth2client`,
    authorization_endpoint: `${signer.issuer}/authorize`,
    token_endpoint: `${signer.issuer}/token`,
    use_pkce: "yes",
  });
  const response = await browser.post(authorize, "/authorize", fields);
  const { origin, pathname, searchParams } = new URL(response.headers.get("location") ?? "");
  assert.equal(origin + pathname, `${signer.issuer}/authorize`);
  const sent = Object.fromEntries(searchParams);
  const code = crypto.randomUUID();
  grants.set(code, { signer, nonce: sent.nonce ?? "", challenge: sent.code_challenge ?? "" });
  return { browser, signer, state: sent.state ?? "", code };
}

/** Which of two sign-ins a value comes from, or where else. */
const from = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom("first", "second") },
  { weight: 1, arbitrary: fc.constant("none") },
  { weight: 1, arbitrary: oddText() },
);
const mostlyFirst = fc.oneof({ weight: 3, arbitrary: fc.constant("first") }, { weight: 1, arbitrary: from });
const arrival = fc.record({
  browser: fc.oneof(
    { weight: 3, arbitrary: fc.constant("first") },
    { weight: 1, arbitrary: fc.constantFrom("second", "none") },
  ),
  state: mostlyFirst,
  code: mostlyFirst,
  iss: mostlyFirst,
  error: fc.oneof(
    { weight: 5, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom("access_denied", "<img src=x>") },
  ),
  more: fc.array(
    fc.tuple(
      fc.constantFrom(
        "state",
        "id_token",
        "session_state",
        "error_description",
        "again",
        "iss",
        "__proto__",
        "x",
      ),
      fc.oneof(oddText(), fc.constant("<img src=x onerror=alert(1)>"), fc.constant('"><img src=x>')),
    ),
    { maxLength: 2 },
  ),
  posted: fc.boolean(),
});
type Arrival = typeof arrival extends fc.Arbitrary<infer Value> ? Value : never;

function parametersOf({ state, code, iss, error, more }: Arrival, signIns: Record<string, SignIn>) {
  const parameters = new URLSearchParams();
  const add = (name: string, which: string, value: string | undefined) => {
    if (which !== "none") parameters.append(name, value ?? which);
  };
  add("state", state, signIns[state]?.state);
  add("code", code, signIns[code]?.code);
  add("iss", iss, signIns[iss]?.signer.issuer);
  if (error) parameters.append("error", error);
  for (const pair of more) parameters.append(...pair);
  return parameters;
}

const ignoredNames = ["again", "__proto__", "x"];

/** The sign-in that this response may complete: its own browser brings its own parameters, each once, and no error. */
function completed({ browser, state, code, iss, error, more }: Arrival): string | undefined {
  const names = ["state", "iss", ...more.map(([name]) => name)].filter(
    (name) => !ignoredNames.includes(name),
  );
  const repeated = new Set(names).size < names.length;
  const same = browser === state && state === code && code === iss;
  const ignored = more.every(([name, value]) => name !== "id_token" || value === "");
  return same && state !== "none" && !error && !repeated && ignored ? state : undefined;
}

const rp = openApp(tokenEndpoints);

describe("for every authorization response,", () => {
  test("only the browser that asked signs in, once, at the OpenID Provider that it was sent to", (t) =>
    holds(
      t,
      fc.asyncProperty(
        fc.array(arrival, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (arrivals, together) => {
          const signIns: Record<string, SignIn> = {
            first: await startSignIn(op),
            second: await startSignIn(otherOp),
            none: { browser: new Browser(rp), signer: op, state: "", code: "" },
          };
          const begun: string[] = [];
          const send = async (each: Arrival) => {
            const { browser, signer, code } = signIns[each.browser] as SignIn;
            const parameters = parametersOf(each, signIns);
            const response = each.posted
              ? await browser.post(callback, "/oauth2client", parameters, "https://op.example")
              : await browser.get(callback, "/oauth2client", parameters);
            await checkPage(response);
            if (response.status !== 303) return;
            assert.equal(response.headers.get("location"), `${base}/oauth2`);
            const login = (await readSession(browser.cookies, rp))?.login;
            assert.deepEqual([login?.iss, login?.sub], [signer.issuer, `user of ${code}`]);
            assert.equal(completed(each), each.browser);
            begun.push(each.browser);
          };
          if (together) await Promise.all(arrivals.map(send));
          else for (const each of arrivals) await send(each);
          assert.equal(new Set(begun).size, begun.length, "no state completes two sign-ins");
          // Whatever came from elsewhere, a good response is the one that counts while no other of its browser came.
          for (const name of ["first", "second"]) {
            const own = arrivals.filter((each) => each.browser === name && each.state === name);
            if (own.length === 1 && own[0] && completed(own[0])) assert.ok(begun.includes(name), name);
          }
        },
      ),
      { ms: 3000 },
    ));

  test("the hidden fields that are posted again are the ones that came", (t) =>
    holds(
      t,
      fc.asyncProperty(fc.array(fc.tuple(oddText(), oddText()), { maxLength: 5 }), async (pairs) => {
        const parameters = new URLSearchParams([...pairs, ["code", "c"]]);
        if (new Set(parameters.keys()).size < parameters.size) return;
        parameters.delete("again");
        const response = await new Browser(rp).post(callback, "/oauth2client", parameters, "");
        const text = await checkPage(response);
        assert.equal(response.status, 200);
        assert.equal(text.split("<input ").length - 1, parameters.size + 1);
      }),
    ));
});

/** A page without anything of its request as markup, never kept, never framed by strangers, and no failure. */
async function checkPage(response: Response): Promise<string> {
  const text = await response.text();
  assert.ok([200, 303, 400].includes(response.status), `${response.status} ${text}`);
  assert.equal(response.headers.get("cache-control"), "no-store");
  assert.doesNotMatch(text, /<img|node_modules|\.ts\b/);
  if (response.status === 303) return text;
  assert.match(
    response.headers.get("content-security-policy") ?? "",
    /^default-src 'none'; script-src 'self'; [^,]*$/,
  );
  assert.equal(response.headers.get("referrer-policy"), "no-referrer");
  return text;
}
