/** R: genuine hints of other sessions, encrypted hints, and hints that are no tokens (RIL 2, RIL 4). */
import { exportJWK, generateKeyPair } from "jose";
import { assertKept, assertLoggedOut, isSignedIn } from "../judge/oracles.ts";
import { assertGoodLogout, assertHintOfAnother, assertNotObeyed } from "../judge/rejected-requests.ts";
import { tryHintEncryptedWithSecret, tryHintSignedWithSecret } from "../judge/secret-hints.ts";
import type { RelyingParty } from "../probe/relying-party.ts";
import type { Check } from "../run/check.ts";
import type { Trial } from "../run/trial.ts";
import { decryptedIdToken, encryptedToOp } from "../steps/encrypted-hints.ts";
import { logOut, usualParameters } from "../steps/logout.ts";
import { requireAnotherKey, rotateKeys } from "../steps/operations.ts";
import { ownProbe, ownProbeIfPossible } from "../steps/own-probe.ts";
import {
  endSessionEndpoint,
  endSessionUrl,
  type RawAnswer,
  requireAnswer,
  sendRaw,
} from "../steps/raw-request.ts";
import { rawSignIn } from "../steps/raw-sign-in.ts";

/** The longest ID Token lifetime that a check waits for, in seconds. */
const longestWait = 60;

/** A client whose ID Tokens live for a second if the OP has such a setting; else RP-A. */
async function shortLived(t: Trial): Promise<RelyingParty> {
  const own = await ownProbeIfPossible(t, { name: "rp-short", metadata: { id_token_lifetime: 1 } });
  return typeof own === "string" ? t.rp("rp-a") : own;
}

const garbage: Record<string, string> = {
  "an empty hint": "",
  "a word": "hint",
  "three words": "a.b.c",
  "a list as claims": `${Buffer.from('{"alg":"RS256"}').toString("base64url")}.${Buffer.from("[]").toString("base64url")}.AA`,
  "null as claims": `${Buffer.from('{"alg":"RS256"}').toString("base64url")}.bnVsbA.AA`,
  "five empty parts": "....",
  "a zero byte": "a\0.b.c",
  "not base64url": "%%%.???.###",
  "deep JSON": `${Buffer.from("[".repeat(5000)).toString("base64url")}.AA.AA`,
};

export const idTokenHints: Check[] = [
  {
    id: "R-14",
    title: "A client_id that differs from the hint's client is refused",
    clause: "RIL 2",
    severity: "high",
    needs: ["end-session"],
    run: async (t) => {
      const browser = await t.browser();
      const [a, b] = [t.rp("rp-a"), t.rp("rp-b")];
      const session = await t.signIn(browser, a, t.alice);
      const request = (rp: RelyingParty) => ({
        what: `RP-B's client_id with RP-A's hint and the URI of ${rp === a ? "RP-A" : "RP-B"}`,
        parameters: {
          ...usualParameters({ idToken: session.idToken, rp }),
          client_id: b.client.clientId,
        },
      });
      await assertNotObeyed(t, browser, session, [request(a), request(b)]);
    },
  },
  {
    id: "R-21",
    title: "An expired hint still logs out its live session",
    clause: "RIL 2",
    severity: "high",
    needs: ["end-session"],
    run: async (t) => {
      const browser = await t.browser();
      const rp = await shortLived(t);
      const session = await t.signIn(browser, rp, t.alice);
      const lifetime = session.claims.exp - session.claims.iat;
      if (lifetime > longestWait) {
        t.report.skip(`The ID Token lives for ${lifetime} s, the check waits for ${longestWait} s at most.`);
      }
      const left = (session.claims.exp + 1) * 1000 - Date.now();
      await new Promise((resolve) => setTimeout(resolve, Math.max(left, 0)));
      t.report.note("the hint has expired", {
        lifetime,
        expired: new Date(session.claims.exp * 1000).toISOString(),
      });
      const { arrived } = await logOut(t, browser, rp, { parameters: usualParameters(session) });
      const after = await t.ask(browser, rp);
      if (arrived?.rp === rp && !isSignedIn(after)) return;
      t.report.warn(
        "An expired hint is refused: a user who was away for a while cannot log out (SHOULD accept).",
      );
    },
  },
  {
    id: "R-22",
    title: "The hint of an ended session does not end the next one unasked",
    clause: "RIL 2",
    severity: "high",
    needs: ["end-session"],
    run: async (t) => {
      const browser = await t.browser();
      const a = t.rp("rp-a");
      const ended = await t.signIn(browser, a, t.alice);
      await assertGoodLogout(t, browser, ended);
      const session = await t.signIn(browser, a, t.alice);
      t.report.require(
        session.sid === undefined || session.sid !== ended.sid,
        "Both sessions have the same sid.",
      );
      await assertHintOfAnother(t, { browser, session }, { session: ended });
      await assertGoodLogout(t, browser, await t.signIn(browser, a, t.alice));
    },
  },
  {
    id: "R-23",
    title: "A malformed hint causes neither a server error nor a redirect",
    clause: "RIL 4",
    severity: "medium",
    needs: ["end-session"],
    run: async (t) => {
      const browser = await t.browser();
      const a = t.rp("rp-a");
      const session = await t.signIn(browser, a, t.alice);
      const post_logout_redirect_uri = a.postLogoutUri;
      const judge = (what: string, answer: RawAnswer) => {
        const { location = "" } = answer.headers;
        t.report.note(what, { status: answer.status, ...(location && { location }) });
        requireAnswer(t.report, what, answer);
        const away = t.probes.some(({ base }) => location.startsWith(base));
        t.report.require(!away, `${what}: the OP redirects to ${location}.`);
      };
      for (const [what, hint] of Object.entries(garbage)) {
        const parameters = { id_token_hint: hint, post_logout_redirect_uri };
        t.report.noteRequest(what, "GET", endSessionEndpoint(t), parameters);
        judge(what, await sendRaw(browser, endSessionUrl(t, parameters)));
      }
      const form = { id_token_hint: "x".repeat(1024 * 1024), post_logout_redirect_uri };
      const large = await sendRaw(browser, endSessionEndpoint(t), { method: "POST", form });
      // A server may close the connection on a body that is too large (RFC 9110 15.5.14).
      if (large.status === 0) t.report.measure("1 MiB by POST is not answered.");
      else judge("1 MiB by POST", large);
      await assertKept(t, browser, session);
      await assertGoodLogout(t, browser, session);
    },
  },
  {
    id: "R-36",
    title: "The signed token inside an encrypted ID Token is a valid hint, also encrypted to the OP",
    clause: "Core 3.1.2.1",
    severity: "medium",
    needs: ["end-session", "registration"],
    run: async (t) => {
      const { publicKey, privateKey } = await generateKeyPair("RSA-OAEP-256", { extractable: true });
      const key = { ...(await exportJWK(publicKey)), use: "enc", alg: "RSA-OAEP-256", kid: "probe" };
      const metadata = {
        id_token_encrypted_response_alg: "RSA-OAEP-256",
        id_token_encrypted_response_enc: "A128CBC-HS256",
        jwks: { keys: [key] },
      };
      const rp = await ownProbe(t, { name: "rp-enc", metadata });
      const browser = await t.browser();
      const signIn = async () =>
        decryptedIdToken(t.report, await rawSignIn(t, browser, rp, t.alice), privateKey);
      const ends = async (idToken: string) => {
        const { arrived } = await logOut(t, browser, rp, { parameters: usualParameters({ idToken, rp }) });
        if (arrived?.rp === rp) await assertLoggedOut(t, browser, rp);
        return arrived?.rp === rp;
      };
      const inside = await ends(await signIn());
      t.report.require(inside, "The OP does not accept the signed token inside as a hint.");
      const hint = await encryptedToOp(t, await signIn());
      if (!hint) return t.report.measure("The OP publishes no key to encrypt a hint with.");
      // A client MAY encrypt it again; the key may be meant for something else.
      t.report.advise(await ends(hint), "The OP does not accept a hint that is encrypted to its key.");
    },
  },
  {
    id: "R-37",
    title: "An ID Token signed or encrypted with the client's secret is a valid hint",
    clause: "RIL 2",
    severity: "medium",
    needs: ["end-session", "registration"],
    run: async (t) => {
      const signed = await tryHintSignedWithSecret(t);
      const encrypted = await tryHintEncryptedWithSecret(t);
      if (signed && encrypted) t.report.skip(`${signed} ${encrypted}`);
      if (signed) t.report.measure(`Not tried signed: ${signed}`);
      if (encrypted) t.report.measure(`Not tried encrypted: ${encrypted}`);
    },
  },
  {
    id: "R-47",
    title: "The OP asks if the hint's client has no session in this browser",
    clause: "RIL 2",
    severity: "medium",
    needs: ["end-session"],
    run: async (t) => {
      const [browser, other] = [await t.browser(), await t.browser()];
      const [a, b] = [t.rp("rp-a"), t.rp("rp-b")];
      const session = await t.signIn(browser, b, t.alice);
      const elsewhere = await t.signIn(other, a, t.alice);
      await assertHintOfAnother(t, { browser, session }, { browser: other, session: elsewhere });
      await assertGoodLogout(t, other, elsewhere);
    },
  },
  {
    id: "R-49",
    title: "A hint signed with a retired key is still accepted",
    clause: "RIL 2",
    severity: "medium",
    needs: ["end-session"],
    alone: true,
    run: async (t) => {
      const [browser, other] = [await t.browser(), await t.browser()];
      const rp = t.rp("rp-a");
      const session = await t.signIn(browser, rp, t.alice);
      await rotateKeys(t);
      const later = await t.signIn(other, rp, t.alice);
      requireAnotherKey(t.report, session, later);
      if ("error" in (await t.ask(browser, rp)))
        t.report.skip("The session did not survive the key rotation: there is nothing to log out of.");
      await assertGoodLogout(t, other, later);
      const { arrived } = await logOut(t, browser, rp, { parameters: usualParameters(session) });
      if (arrived?.rp === rp) return assertLoggedOut(t, browser, rp);
      t.report.warn("A hint signed with the OP's former key is refused (SHOULD accept).");
    },
  },
];
