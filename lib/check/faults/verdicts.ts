/** The verdicts of checks on an OP in this process. */
import { boundedFetch } from "#lib/net/bounded-fetch.ts";
import { OpenIdProvider } from "#lib/oidc/provider.ts";
import { embedded } from "#lib/products/embedded/driver.ts";
import { operationsBy } from "#lib/products/embedded/operations.ts";
import { catalogue } from "../catalogue/index.ts";
import type { CheckResult, CookieMode } from "../model/check.ts";
import { type Browsers, launch } from "../run/browsers.ts";
import { otherIssuerAt } from "../run/other-issuer.ts";
import { runChecks } from "../run/scheduler.ts";
import type { MadeOp } from "./broken-op.ts";

/** The checks whose results another check judges: they must run before it. */
const witnesses: Readonly<Record<string, readonly string[]>> = {
  "B-09": ["B-30"],
  "B-19": ["B-23"],
  "D-07": ["R-01", "B-01", "F-01", "F-02", "F-03", "S-05"],
};

/** Checks of browsers that block third-party cookies; the others allow them. */
const blocked: readonly string[] = ["S-14"];

export type BothBrowsers = Record<CookieMode, Browsers>;

/** A browser for each cookie mode. */
export async function launchBoth(): Promise<BothBrowsers> {
  const [allowing, blocking] = await Promise.all([
    launch("cookies-allowed", false),
    launch("cookies-blocked", false),
  ]);
  return { "cookies-allowed": allowing, "cookies-blocked": blocking };
}

export const closeBoth = async (browsers: BothBrowsers): Promise<void> => {
  await Promise.all(Object.values(browsers).map((each) => each.close()));
};

/** The checks and those that they depend on, without duplicates. */
export const withWitnesses = (...ids: string[]): string[] => [
  ...new Set(ids.flatMap((id) => [...(witnesses[id] ?? []), id])),
];

/** Runs these checks, each in its cookie mode.
 * @param workers how many run at the same time */
export async function verdictsOn(
  op: MadeOp,
  ids: readonly string[],
  browsers: BothBrowsers,
  workers: number,
): Promise<CheckResult[]> {
  const isBlocked = (id: string) => blocked.includes(id);
  return [
    ...(await verdictsIn(
      "cookies-allowed",
      ids.filter((id) => !isBlocked(id)),
    )),
    ...(await verdictsIn("cookies-blocked", ids.filter(isBlocked))),
  ];

  async function verdictsIn(mode: CookieMode, chosen: readonly string[]): Promise<CheckResult[]> {
    if (chosen.length === 0) return [];
    const { issuer } = op;
    const send = boundedFetch();
    const provider = new OpenIdProvider(issuer, { fetch: send, now: Date.now });
    const metadata = await provider.metadata();
    const admin = { name: "admin", password: "admin" };
    const context = { issuer, metadata, admin, fetch: send as typeof globalThis.fetch };
    return runChecks({
      ...{ provider, metadata, context, workers },
      driver: { ...embedded, ...operationsBy(op.restart) },
      browsers: browsers[mode],
      users: { alice: { name: "alice", password: "alice" }, bob: { name: "bob", password: "bob" } },
      checks: catalogue.filter(({ id }) => chosen.includes(id)),
      cookieModes: [mode],
      headed: false,
      byHand: undefined,
      playground: async () => "The walkthrough checks no fault.",
      otherIssuer: async () => otherIssuerAt((await op.another()).issuer, context),
      onStart: () => {},
      onResult: () => {},
    });
  }
}
