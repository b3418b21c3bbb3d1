/** POST /authorize and whatever may be typed into the form, or sent instead of it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { holds, oddText } from "#lib/net/testing/property.ts";
import type { RelyingParty } from "../relying-party.ts";
import { readSession } from "../session/session-cookie.ts";
import { authorize } from "./authorize.ts";
import { base, op, openApp, otherOp } from "./testing/app.ts";
import { Browser } from "./testing/browser.ts";

/** An app with what its server has asked. */
function listening(settings: Record<string, string> = {}) {
  const asked: string[] = [];
  const answer = async (url: string) => {
    asked.push(url);
    return Response.json({ error: "invalid_grant" }, { status: 400 });
  };
  return { rp: openApp(answer, settings), asked };
}

const usual = listening();
/** As in the demo: every port of this machine may be asked. */
const local = listening({ ALLOW_LOOPBACK: "true", CLIENT_SECRET: "known secret" });

const hosts = fc.constantFrom(
  ...[
    "op.example",
    "other.example",
    "OP.example",
    "evil.example",
    "op.example.evil.example",
    "op.example@evil.example",
  ],
  ...[
    "localhost:9443",
    "localhost.",
    "127.1",
    "[::1]:80",
    "169.254.169.254",
    "10.0.0.1",
    "metadata",
    "a;b",
    "a,b",
    "x y",
  ],
);
const schemes = fc.constantFrom(
  "https://",
  "https://",
  "http://",
  "HTTP://",
  "\thttp://",
  "javascript:",
  "//",
  "",
);
const paths = fc.constantFrom(
  "/authorize",
  "/token",
  "",
  "?a=b",
  "#c",
  "/\r\nset-cookie: a=b",
  "/%0d%0a",
  "/<img src=x>",
);
const url = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(`${op.issuer}/authorize`, `${op.issuer}/token`, `${otherOp.issuer}/authorize`),
  },
  { weight: 3, arbitrary: fc.tuple(schemes, hosts, paths).map((parts) => parts.join("")) },
  { weight: 1, arbitrary: fc.oneof(oddText(), fc.constant("https://op.example/".padEnd(3000, "x"))) },
);
const text = fc.oneof(
  oddText(),
  fc.constantFrom("", "openid", "openid offline_access", "x".repeat(3000), "<img src=x>"),
);

const valid: Record<string, string> = {
  grant_type: "code",
  client_id: "playground2",
  client_secret: "typed secret",
  scope: "openid",
  redirect_uri: `${base}/oauth2client`,
  authorization_endpoint: `${op.issuer}/authorize`,
  token_endpoint: `${op.issuer}/token`,
  end_session_endpoint: "",
  check_session_iframe: "",
  use_pkce: "yes",
  username: "alice",
  password: "typed password",
};
const grant = fc.constantFrom(
  "code",
  "hybrid",
  "implicit",
  "client_credentials",
  "password",
  "",
  "refresh_token",
);
const edit = fc.oneof(
  fc.tuple(
    fc.constantFrom(
      "authorization_endpoint",
      "token_endpoint",
      "end_session_endpoint",
      "check_session_iframe",
      "redirect_uri",
    ),
    url,
  ),
  fc.tuple(
    fc.constantFrom(
      "client_id",
      "scope",
      "acr_values",
      "use_pkce",
      "form_post",
      "code_challenge_method",
      "response_type",
      "username",
    ),
    text,
  ),
  fc.tuple(fc.constant("endpoints"), fc.constantFrom("entered", "entered", "discovered", "x")),
  fc.tuple(oddText(), oddText()),
);
const usually = fc.constantFrom<Record<string, string>>({}, { endpoints: "entered" });
const edits = fc.array(edit, { maxLength: 4 });
const submitted = fc
  .tuple(fc.oneof(fc.constant("code"), grant), usually, edits)
  .map(([grant_type, usual, edits]) => {
    const fields = new URLSearchParams({ ...valid, ...usual, grant_type });
    for (const [name, value] of edits) fields.set(name, value);
    return fields;
  });

const fieldsOfForm = [
  ...Object.keys(valid),
  "acr_values",
  "form_post",
  "code_challenge_method",
  "response_type",
];

/** Asked by this server: the OPs, whatever the form says; and in the demo this machine. */
function checkAsked(asked: string[], loopback: boolean): void {
  const here = /^(localhost|127(\.\d+){3}|\[::1\])$/;
  for (const each of asked.splice(0)) {
    const { origin, hostname } = new URL(each);
    const isOp = origin === "https://op.example" || origin === "https://other.example";
    assert.ok(isOp || (loopback && here.test(hostname)), each);
  }
}

/** The redirect to the OP: where the form says, with secrets of its own. */
function checkRequest(location: string, fields: URLSearchParams): void {
  const { protocol, origin, searchParams } = new URL(location);
  // The OP's issuer is https, so its endpoints are (Core 16.17).
  assert.equal(protocol, "https:");
  const atOp = origin === "https://op.example" || origin === "https://other.example";
  assert.ok(atOp || fields.get("endpoints") === "entered", location);
  const typed = URL.parse(fields.get("authorization_endpoint")?.trim() ?? "");
  assert.ok(origin === typed?.origin || fields.get("endpoints") === "discovered", location);
  assert.equal(searchParams.get("redirect_uri"), fields.get("redirect_uri")?.trim());
  const opIframe = fields.get("check_session_iframe")?.trim();
  const isReplaced = fields.get("endpoints") === "discovered";
  // It is a word of a policy of ours.
  if (opIframe && !isReplaced) assert.match(new URL(opIframe).host, /^[^;,*']+$/);
  for (const name of ["state", "nonce"]) assert.match(searchParams.get(name) ?? "", /^[\w-]{43}$/);
  const coded = fields.get("grant_type") !== "implicit" && fields.get("use_pkce") === "yes";
  if (coded) assert.match(searchParams.get("code_challenge") ?? "", /^[\w-]{43}$/);
}

/** The form again: it says what is wrong, keeps what was typed, and no secret. */
async function checkForm(browser: Browser, app: RelyingParty, fields: URLSearchParams): Promise<void> {
  const form = (await readSession(browser.cookies, app))?.form;
  assert.ok(form && Object.keys(form.errors).length > 0, "an error that says why");
  for (const [name, message] of Object.entries(form.errors)) {
    assert.ok(["", "endpoints", ...fieldsOfForm].includes(name), name);
    assert.doesNotMatch(message, /node_modules|\.ts\b|[\n\u202e]/);
  }
  const discovered = fields.get("endpoints") === "discovered";
  for (const [name, value] of Object.entries(form.values)) {
    assert.ok(fieldsOfForm.includes(name) && !/secret|password/.test(name), name);
    const isReplaced = discovered && /endpoint|iframe/.test(name);
    if (!isReplaced) assert.ok(fields.get(name)?.startsWith(value), name);
  }
  const typed = fieldsOfForm.filter((name) => fields.has(name) && !/secret|password/.test(name));
  assert.deepEqual(Object.keys(form.values).sort(), typed.sort());
  assert.doesNotMatch(JSON.stringify(form), /typed secret|typed password|known secret/);
}

describe("for every form,", () => {
  for (const [name, app] of [
    ["an app", usual],
    ["an app of the demo", local],
  ] as const)
    test(`${name} asks the OpenID Provider, or shows the form with the error and what was typed`, (t) =>
      holds(
        t,
        fc.asyncProperty(submitted, async (fields) => {
          const browser = new Browser(app.rp);
          const response = await browser.post(authorize, "/authorize", fields);
          checkAsked(app.asked, app === local);
          assert.equal(response.status, 303, await response.text());
          const location = response.headers.get("location") ?? "";
          if (location.startsWith(`${base}/`)) await checkForm(browser, app.rp, fields);
          else checkRequest(location, fields);
        }),
        { ms: 2500 },
      ));

  test("one that another site sent changes nothing", (t) => {
    const { rp, asked } = listening();
    return holds(
      t,
      fc.asyncProperty(
        fc.oneof(
          fc.constantFrom(
            "null",
            "",
            "http://localhost:8082.evil.example",
            "http://localhost",
            "https://localhost:8082",
          ),
          fc.webUrl(),
        ),
        async (origin) => {
          const browser = new Browser(rp);
          const response = await browser.post(authorize, "/authorize", new URLSearchParams(valid), origin);
          assert.deepEqual([response.status, browser.cookies, asked.length], [403, "", 0]);
        },
      ),
    );
  });
});
