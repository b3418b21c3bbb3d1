/** A real run of some checks, one of which leaks everything: no report contains a secret. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, expect, test } from "@playwright/test";
import { catalogue } from "#lib/check/catalogue/index.ts";
import { writeReports } from "#lib/check/report/write.ts";
import type { Check } from "#lib/check/run/check.ts";
import { type EmbeddedOp, startEmbeddedOp } from "#lib/check/run/embedded-op.ts";
import { runChecks } from "#lib/check/run/scheduler.ts";
import type { Trial } from "#lib/check/run/trial.ts";
import type { Fetch } from "#lib/net/bounded-fetch.ts";
import { OpenIdProvider } from "#lib/oidc/provider.ts";
import type { Driver } from "#lib/products/driver.ts";
import { embedded } from "#lib/products/embedded/driver.ts";
import { registerDynamically } from "#lib/products/generic/dynamic-registration.ts";

const folder = mkdtempSync(join(tmpdir(), "check-secrets-"));
let op: EmbeddedOp;
test.beforeAll(async () => {
  op = await startEmbeddedOp({ OP_HTTPS: "false" });
});
test.afterAll(async () => {
  await op.stop();
  rmSync(folder, { recursive: true });
});

/** Values that no report may contain, by kind. */
const secrets = new Map<string, Set<string>>();
function keep(kind: string, value: unknown): void {
  if (typeof value !== "string" || value === "") return;
  // Only the signature is secret; header and claims are evidence.
  const secret = value.startsWith("eyJ") ? (value.split(".").at(-1) ?? "") : value;
  secrets.set(kind, (secrets.get(kind) ?? new Set()).add(secret));
}

/** Keeps tokens and client secrets from the OP's responses to servers. */
const listening: Fetch = async (url, init) => {
  const response = await fetch(url, init as RequestInit);
  const body = Object(
    (await response
      .clone()
      .json()
      .catch(() => undefined)) as unknown,
  ) as Record<string, unknown>;
  for (const kind of [
    "id_token",
    "access_token",
    "refresh_token",
    "client_secret",
    "registration_access_token",
  ])
    keep(kind, body[kind]);
  return response;
};

const driver: Driver = {
  ...embedded,
  // The run's administrator gets a password that no text contains by chance; the OP accepts only this one.
  register: (asked, context) =>
    registerDynamically(asked, { ...context, admin: { name: "admin", password: "admin" } }),
  login: async (page, user, context) => {
    await embedded.login(page, user, context);
    for (const { value } of await page.context().cookies()) keep("cookie", value.length < 16 ? "" : value);
  },
};

/** Keeps codes, ID Tokens and logout tokens received by the probes. */
function keepWhatProbesGot({ probes }: Trial): void {
  for (const { query, form } of probes.flatMap(({ recorder }) => recorder.records)) {
    keep("code", query.get("code") ?? form.get("code"));
    keep("id_token", query.get("id_token") ?? form.get("id_token"));
    keep("logout_token", form.get("logout_token"));
  }
}

const common = { clause: "none", severity: "high", needs: [], title: "Leaks everything" } as const;

/** Leaves the logout question open, with secrets wherever a page can hide them. */
async function openQuestion(t: Trial, browser: BrowserContext): Promise<void> {
  const page = await browser.newPage();
  await page.goto(`${t.metadata.end_session_endpoint}?state=s`);
  const own = await page
    .locator("input[type=hidden]")
    .evaluateAll((all) => all.map((each) => (each as HTMLInputElement).value));
  for (const value of own) keep("hidden field", value.length < 16 ? "" : value);
  const hidden = crypto.randomUUID();
  keep("hidden field", hidden);
  await page.evaluate(
    ([key, cookies]) =>
      document.body.insertAdjacentHTML(
        "afterbegin",
        `<p data-key="${key}">${cookies}</p><form action="/on?key=${key}"><input name="xsrf" value="${key}"></form>
        <input type="password" value="${key}"><textarea>${key}</textarea><!-- ${key} -->`,
      ),
    [hidden, (await browser.cookies()).map(({ value }) => value).join(" ")] as const,
  );
}

/** Puts every secret into a note, a request and a failure, as a check may do if an OP echoes them. */
const careless: Check = {
  ...common,
  id: "R-91",
  run: async (t) => {
    const browser = await t.browser();
    const rp = t.rp("rp-a");
    const session = await t.signIn(browser, rp, t.alice);
    const jar = await browser.cookies();
    keepWhatProbesGot(t);
    const [code] = secrets.get("code") ?? [];
    const all = `${session.idToken} ${rp.client.clientSecret} ${t.context.admin?.password}`;
    const cookies = jar.map(({ name, value }) => `${name}=${value}`).join("; ");
    t.report.note(all, {
      location: `https://rp.example/callback?state=s&code=${code}#access_token=${session.accessToken}`,
      headers: { cookie: cookies, "set-cookie": cookies },
      body: `logout_token=${session.idToken}&refresh_token=${session.refreshToken}`,
      deep: [{ [all]: all }],
    });
    t.report.noteRequest("logout request", "POST", "https://op.example/logout", {
      id_token_hint: session.idToken,
      client_secret: rp.client.clientSecret ?? "",
    });
    await openQuestion(t, browser);
    t.report.fail(`The OP says: ${all}\nCookie: ${cookies}`);
  },
};
const harvest: Check = { ...common, id: "R-92", last: true, run: async (t) => keepWhatProbesGot(t) };

test("no report contains a token, code, cookie, password or secret", async () => {
  test.setTimeout(120_000);
  const provider = new OpenIdProvider(op.issuer, { fetch: listening, now: Date.now });
  const metadata = await provider.metadata();
  const admin = { name: "admin", password: "correct horse battery staple" };
  keep("password", admin.password);
  const wanted = ["R-01", "B-03", "F-01"];
  const startedAt = new Date().toISOString();
  const checks = await runChecks({
    ...{ provider, metadata, driver, cookieModes: ["cookies-allowed"], headed: false, workers: 1 },
    context: { issuer: op.issuer, metadata, admin, fetch: listening as typeof globalThis.fetch },
    users: { alice: { name: "alice", password: "alice" }, bob: { name: "bob", password: "bob" } },
    checks: [...catalogue.filter(({ id }) => wanted.includes(id)), careless, harvest],
    byHand: undefined,
    playground: async () => "It is not needed here.",
    otherIssuer: async () => "It is not needed here.",
    onStart: () => {},
    onResult: () => {},
  });
  const verdicts = Object.fromEntries(checks.map(({ id, verdict }) => [id, verdict]));
  expect(verdicts).toEqual({
    ...Object.fromEntries(wanted.map((id) => [id, "pass"])),
    "R-91": "fail",
    "R-92": "pass",
  });
  const open = checks.flatMap(({ evidence }) =>
    evidence.filter(({ what }) => what.startsWith("open at the OP")),
  );
  expect(open).toHaveLength(1);
  expect(String(open[0]?.detail)).toMatch(
    /^Title: [\s\S]*<input name="xsrf" value="\(left out\)">[\s\S]*<button/,
  );
  writeReports(folder, {
    ...{ issuer: op.issuer, driver: driver.name, startedAt, durationMs: 1, capabilities: [], checks },
  });

  const kinds = [
    "id_token",
    "access_token",
    "client_secret",
    "registration_access_token",
    "cookie",
    "code",
    "logout_token",
    "hidden field",
  ];
  for (const kind of [...kinds, "password"]) expect(secrets.get(kind)?.size, kind).toBeGreaterThan(0);
  const files = readdirSync(folder);
  expect(files).toHaveLength(4);
  for (const file of files) {
    const text = readFileSync(join(folder, file), "utf8");
    expect(text, file).toContain("(left out)");
    for (const [kind, values] of secrets)
      for (const value of values) expect(text.includes(value), `${kind} ${value} in ${file}`).toBe(false);
  }
});
