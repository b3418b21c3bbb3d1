/** I-08: two issuers on one server, and a user with the same sub at both. */
import { tokensFor, watch } from "../judge/deliveries.ts";
import { assertKept } from "../judge/oracles.ts";
import { assertGoodLogout } from "../judge/rejected-requests.ts";
import type { Trial } from "../run/trial.ts";
import { probeAtOtherIssuer } from "../steps/own-probe.ts";

/** Alice is signed in at both issuers in one browser, and at the other one in a second browser. She logs out at the
 * first: both her sessions at the other one live on, and its app is not notified. */
export async function sameSubAtTwoIssuers(t: Trial): Promise<void> {
  const [a, other] = [t.rp("rp-a"), await probeAtOtherIssuer(t)];
  const [both, elsewhere] = [await t.browser(), await t.browser()];
  const here = await t.signIn(both, a, t.alice);
  const there = await t.signIn(both, other, t.alice);
  await assertKept(t, both, here); // the sign-in at the other issuer neither starts nor ends a session here
  const apart = await t.signIn(elsewhere, other, t.alice);
  const from = performance.now();
  await assertGoodLogout(t, both, here);
  const [token] = await tokensFor(t.report, from, here);
  const { issuer } = t.provider;
  t.report.require(
    token?.claims.iss === issuer,
    `The logout token of ${issuer} has the iss ${token?.claims.iss}.`,
  );
  const isLogout = ({ kind }: { kind: string }) => /-channel$/.test(kind);
  const heard = other.recorder.waitFor(isLogout, { from, timeout: watch });
  await assertKept(t, both, there);
  await assertKept(t, elsewhere, apart);
  const call = await heard;
  t.report.require(!call, `The app of ${other.provider.issuer} was notified by ${call?.kind} logout.`);
  if (here.sub !== there.sub)
    t.report.skip(
      `No fault was found, but alice is ${here.sub} at one issuer and ${there.sub} at the other: give her the same sub at both.`,
    );
}
