/** What checks say of an OP in this process. */
import { OpenIdProvider } from "#lib/oidc/provider.ts";
import type { Browsers } from "../browsers.ts";
import { catalogue } from "../catalogue/index.ts";
import type { CheckResult, CookieMode } from "../check.ts";
import { embedded } from "../drivers/embedded.ts";
import { runChecks } from "../run.ts";
import { boundedFetch } from "../session.ts";

/** Runs these checks, one after the other, in the mode of the browsers. */
export async function verdictsOn(
  issuer: string,
  ids: readonly string[],
  browsers: Browsers,
  mode: CookieMode = "cookies-allowed",
): Promise<CheckResult[]> {
  const provider = new OpenIdProvider(issuer, { fetch: boundedFetch, now: Date.now });
  const metadata = await provider.metadata();
  const admin = { name: "admin", password: "admin" };
  return runChecks({
    ...{ provider, metadata, driver: embedded, browsers },
    context: { issuer, metadata, admin, fetch: boundedFetch as typeof globalThis.fetch },
    users: { alice: { name: "alice", password: "alice" }, bob: { name: "bob", password: "bob" } },
    checks: catalogue.filter(({ id }) => ids.includes(id)),
    cookieModes: [mode],
    headed: false,
    workers: 1,
    byHand: undefined,
    onStart: () => {},
    onResult: () => {},
  });
}
