/** B: the keys that sign and encrypt a logout token, its subject, and its misuse as another kind of token. */
import { decodeProtectedHeader, exportJWK, generateKeyPair } from "jose";
import { Checklist } from "#lib/oidc/checklist.ts";
import { ProtocolError } from "#lib/oidc/errors.ts";
import {
  type Decryption,
  decryptToken,
  type Encryption,
  encryptionAlgorithms,
  isEncrypted,
} from "#lib/oidc/jwe.ts";
import { checkAlgorithm, parseJws, verifySignature } from "#lib/oidc/jws.ts";
import type { CheckReport } from "../evidence/check-report.ts";
import { logoutTokensAt } from "../judge/deliveries.ts";
import { assertKept } from "../judge/oracles.ts";
import { ordinaryLogout, sessionOf } from "../judge/ordinary-logout.ts";
import { isAbout, type ReceivedLogoutToken, readRaw } from "../probe/logout-tokens.ts";
import type { RelyingParty, SignIn } from "../probe/relying-party.ts";
import type { Check } from "../run/check.ts";
import type { Trial } from "../run/trial.ts";
import { logOut, usualParameters } from "../steps/logout.ts";
import { requireAnotherKey, rotateKeys } from "../steps/operations.ts";
import { ownProbe, ownProbeIfPossible } from "../steps/own-probe.ts";
import { signInAt } from "../steps/sign-in.ts";

const common = { needs: ["end-session", "back-channel"] } satisfies Partial<Check>;

export const logoutTokenKeys: Check[] = [
  {
    ...common,
    id: "B-03",
    title: "A logout token is signed with a published key and the client's registered algorithm",
    clause: "BCL 2.4",
    severity: "critical",
    run: async (t) => {
      const { tokens } = await ordinaryLogout(t);
      for (const token of tokens) await requireSignature(t, token);
      const alg = anotherAlgorithm(t);
      if (!alg) return t.report.measure("RS256 only: the OP declares no other algorithm.");
      const metadata = { id_token_signed_response_alg: alg };
      const probe = await ownProbeIfPossible(t, { name: `rp-${alg.toLowerCase()}`, alg, metadata });
      if (typeof probe === "string") return t.report.measure(`RS256 only: ${probe}`);
      // All of them: an OP may use the algorithm of the other client of the session.
      for (const { token } of await logOutWith(t, probe)) await requireSignature(t, token);
    },
  },
  {
    ...common,
    id: "B-12",
    title: "The sub of a logout token matches the RP's ID Token, also with pairwise subjects",
    clause: "BCL 2.4",
    severity: "high",
    run: async (t) => {
      const found = await ordinaryLogout(t);
      const withSub = found.tokens.filter(({ claims }) => claims.sub !== undefined);
      for (const token of withSub) requireSub(t, token, sessionOf(found, token));
      if (!t.metadata.subject_types_supported?.includes("pairwise"))
        return withSub.length > 0
          ? t.report.measure("Public subjects only: the OP does not declare pairwise ones.")
          : t.report.skip("No logout token has a sub.");
      const metadata = { subject_type: "pairwise" };
      const probe = await ownProbeIfPossible(t, { name: "rp-pairwise", metadata });
      if (typeof probe === "string") return t.report.measure(`Public subjects only: ${probe}`);
      const [usual, pairwise] = await logOutWith(t, probe);
      for (const { token, session } of [usual, pairwise])
        if (token.claims.sub !== undefined) requireSub(t, token, session);
      if (pairwise.token.claims.sub === undefined) {
        if (withSub.length === 0) t.report.skip("No logout token has a sub.");
        return t.report.measure(
          "Public subjects only: the logout token of a client with pairwise ones has no sub.",
        );
      }
      t.report.measure(
        pairwise.session.sub === usual.session.sub
          ? "Public subjects only: the client with pairwise ones has the same sub as RP-A."
          : "Public and pairwise subjects.",
      );
    },
  },
  {
    ...common,
    id: "B-16",
    title: "A client with encrypted ID Tokens receives encrypted logout tokens",
    clause: "BCL 2.4",
    severity: "medium",
    run: async (t) => {
      const { encryption, jwk, decryption } = await negotiableEncryption(t);
      const probe = await ownProbe(t, {
        name: "rp-encrypted",
        decryption,
        metadata: {
          id_token_encrypted_response_alg: encryption.alg,
          id_token_encrypted_response_enc: encryption.enc,
          jwks: { keys: [jwk] },
        },
      });
      const [usual, { token, session }] = await logOutWith(t, probe);
      await requireSignature(t, usual.token);
      // An OP MAY encrypt it; but a Relying Party that negotiated encryption SHOULD reject it otherwise (BCL 2.6).
      if (!isEncrypted(token.raw)) {
        t.report.warn("The ID Token is encrypted, but the logout token is only signed (BCL 2.6).");
        return requireSignature(t, token);
      }
      const signed = await sayingWhy(t.report, () =>
        decryptToken(token.raw, decryption, new Checklist("invalid_logout_token", { encryption: "BCL 2.4" })),
      );
      const inside = readRaw(token, signed);
      await requireSignature(t, inside);
      const { sub, sid } = inside.claims;
      const isOfAnother = (sub ?? session.sub) !== session.sub || (sid ?? session.sid) !== session.sid;
      t.report.require(
        isAbout(session)(inside) && !isOfAnother,
        `The token inside is about another session: sub ${sub}, sid ${sid}.`,
      );
      const { iss } = decodeProtectedHeader(token.raw);
      if (iss !== t.provider.issuer)
        t.report.warn("The JWE header should repeat iss, so that an app knows the OP before it decrypts.");
    },
  },
  {
    ...common,
    id: "B-17",
    title: "A logout token is accepted neither as id_token_hint nor as access token",
    clause: "RFC 8725 3.12",
    severity: "high",
    run: async (t) => {
      const browser = await t.browser();
      const [a, b] = [t.rp("rp-a"), t.rp("rp-b")];
      const [first] = await signInAt(t, browser, t.alice, a, b);
      const { startedAt } = await logOut(t, browser, a, { parameters: usualParameters(first) });
      const [token] = await logoutTokensAt(t.report, startedAt, first);
      const session = await t.signIn(browser, a, t.alice);
      await requireNoAccess(t, session, token?.raw ?? "");
      const { asked, arrived } = await logOut(t, browser, a, {
        parameters: { id_token_hint: token?.raw ?? "", post_logout_redirect_uri: a.postLogoutUri },
        comesBack: false,
      });
      t.report.require(
        !arrived,
        "With a logout token as id_token_hint, the browser was sent back to the app.",
      );
      if (!asked) await assertKept(t, browser, session);
    },
  },
  {
    ...common,
    id: "B-42",
    title: "After a key rotation, logout tokens verify with the published keys",
    clause: "BCL 2.4",
    severity: "medium",
    alone: true,
    run: async (t) => {
      const browser = await t.browser();
      const [a, b] = [t.rp("rp-a"), t.rp("rp-b")];
      const sessions = await signInAt(t, browser, t.alice, a, b);
      await rotateKeys(t);
      const renewed = await t.ask(browser, a);
      if ("error" in renewed)
        return t.report.skip("The session did not survive the key rotation: there is nothing to log out of.");
      requireAnotherKey(t.report, sessions[0], renewed);
      // With the new ID Token as hint; R-49 tests the old one.
      const { startedAt } = await logOut(t, browser, a, { parameters: usualParameters(renewed) });
      for (const token of await logoutTokensAt(t.report, startedAt, ...sessions))
        await requireSignature(t, token);
    },
  },
];

const checklist = () =>
  new Checklist("invalid_logout_token", {
    ...{ format: "BCL 2.4", alg: "BCL 2.6", typ: "BCL 2.4", key: "BCL 2.6", signature: "BCL 2.6" },
  });

async function requireSignature(t: Trial, { rp, raw, header }: ReceivedLogoutToken): Promise<void> {
  await sayingWhy(t.report, async () => {
    const jws = parseJws(raw, checklist());
    checkAlgorithm(jws, rp.alg, checklist());
    await verifySignature(raw, jws, await t.provider.keys(), checklist());
  });
  const keys = await t.provider.publishedKeys();
  if (header.kid === undefined)
    return t.report.require(
      keys.length === 1,
      `${rp.name}: the token has no kid, although the JWKS has ${keys.length} keys (Core 10.1).`,
    );
  const named = keys.filter(({ kid }) => kid === header.kid).length;
  t.report.advise(named === 1, `The kid ${header.kid} names ${named} keys in the JWKS (RFC 7517 4.5).`);
}

/** Runs a step of the apps' protocol code, and turns its error into the reason of the failure. */
async function sayingWhy<T>(report: CheckReport, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const failed = error.verdicts?.find(({ result }) => result === "fail");
    return report.fail(`${error.message} Expected ${failed?.expected}, got ${failed?.actual}.`);
  }
}

function anotherAlgorithm({ metadata }: Trial): string | undefined {
  const declared = metadata.id_token_signing_alg_values_supported ?? [];
  return ["ES256", "PS256", "RS512", "ES384"].find((alg) => declared.includes(alg));
}

interface Notified {
  session: SignIn;
  token: ReceivedLogoutToken;
}

/** Signs alice in at RP-A and then at this probe, and logs her out.
 * @returns what each of the two received */
async function logOutWith(t: Trial, probe: RelyingParty): Promise<[usual: Notified, ofProbe: Notified]> {
  const browser = await t.browser();
  const sessions = await signInAt(t, browser, t.alice, t.rp("rp-a"), probe);
  const [initiator, session] = sessions;
  const { startedAt } = await logOut(t, browser, initiator.rp, { parameters: usualParameters(initiator) });
  const [first, second] = await logoutTokensAt(t.report, startedAt, ...sessions);
  if (!first || !second) throw new Error("no token, and no failure");
  return [
    { session: initiator, token: first },
    { session, token: second },
  ];
}

const requireSub = (t: Trial, { rp, claims }: ReceivedLogoutToken, { sub }: SignIn): void =>
  t.report.require(claims.sub === sub, `${rp.name}: sub is ${claims.sub}, its ID Token has ${sub}.`);

async function negotiableEncryption(t: Trial) {
  const {
    id_token_encryption_alg_values_supported: algs = [],
    id_token_encryption_enc_values_supported: encs = [],
  } = t.metadata;
  const alg = encryptionAlgorithms.find((each) => each !== "RSA1_5" && algs.includes(each));
  const enc = ["A256GCM", "A128GCM", "A128CBC-HS256"].find((each) => encs.includes(each));
  if (!alg || !enc)
    return t.report.skip("Discovery declares no encryption of ID Tokens that the suite knows.");
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const encryption: Encryption = { alg, enc };
  const jwk = { ...(await exportJWK(publicKey)), kid: "of-the-suite", use: "enc", alg };
  const privateJwk = { ...(await exportJWK(privateKey)), kid: "of-the-suite" };
  const decryption: Decryption = { encryptions: [encryption], keys: async () => [privateJwk] };
  return { encryption, jwk, decryption };
}

async function requireNoAccess(t: Trial, { accessToken = "" }: SignIn, token: string): Promise<void> {
  const { userinfo_endpoint: endpoint } = t.metadata;
  if (!endpoint) return;
  const ask = (bearer: string) =>
    t.context.fetch(endpoint, { headers: { authorization: `Bearer ${bearer}` }, redirect: "manual" });
  const [good, bad] = [await ask(accessToken), await ask(token)];
  t.report.note("userinfo", { "with the access token": good.status, "with the logout token": bad.status });
  t.report.require(
    good.ok,
    `userinfo answers ${good.status} to the access token: nothing else can be concluded.`,
  );
  t.report.require(!bad.ok, `userinfo accepts a logout token as an access token (HTTP ${bad.status}).`);
}
