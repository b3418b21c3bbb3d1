/** Unmodified ID Tokens that depend on the client secret, as hints (RIL 2). */
import { decodeProtectedHeader } from "jose";
import { listed } from "../model/capabilities.ts";
import type { RelyingParty } from "../probe/relying-party.ts";
import type { Trial } from "../run/trial.ts";
import { logOut, usualParameters } from "../steps/logout.ts";
import { ownProbeIfPossible } from "../steps/own-probe.ts";
import { rawSignIn } from "../steps/raw-sign-in.ts";
import { assertLoggedOut } from "./oracles.ts";

/** JWE `alg` with a shared key (RFC 7518 4.1). */
const symmetric = ["A128KW", "A192KW", "A256KW", "A128GCMKW", "A192GCMKW", "A256GCMKW", "dir"];

/** An ID Token signed with the secret: the OP must accept it with `client_id` and without.
 * @returns why it was not tested */
export async function tryHintSignedWithSecret(t: Trial): Promise<string | undefined> {
  if (!listed(t.metadata.id_token_signing_alg_values_supported).includes("HS256"))
    return "Discovery lists no HS256 for ID Tokens.";
  const rp = await ownProbeIfPossible(t, {
    name: "rp-hs",
    metadata: { id_token_signed_response_alg: "HS256" },
  });
  if (typeof rp === "string") return rp;
  for (const [how, more] of [
    ["with client_id", { client_id: rp.client.clientId }],
    ["without client_id", {}],
  ] as const) {
    const accepted = await isAccepted(t, rp, "HS256", more);
    t.report.require(accepted, `The OP does not accept an HS256 ID Token as a hint ${how}.`);
  }
  t.report.measure("Signed with HS256 it is accepted, with client_id and without.");
  return undefined;
}

/** An ID Token encrypted with the secret: `client_id` says whose secret opens it. The OP need not open it, because the
 * client can (Core 3.1.2.1).
 * @returns why it was not tested */
export async function tryHintEncryptedWithSecret(t: Trial): Promise<string | undefined> {
  const algs = listed(t.metadata.id_token_encryption_alg_values_supported);
  const alg = symmetric.find((each) => algs.includes(each));
  if (!alg) return "Discovery lists no encryption of ID Tokens with the client's secret.";
  const rp = await ownProbeIfPossible(t, {
    name: "rp-kw",
    metadata: { id_token_encrypted_response_alg: alg },
  });
  if (typeof rp === "string") return rp;
  const accepted = await isAccepted(t, rp, alg, { client_id: rp.client.clientId });
  if (accepted) t.report.measure(`Encrypted with ${alg} it is accepted, with client_id.`);
  else
    t.report.warn(
      `The OP does not accept an ID Token that it encrypted with the client secret as a hint (${alg}).`,
    );
  return undefined;
}

/** Signs alice in, and logs her out with the unmodified ID Token.
 * @param alg that its header must have, or nothing is proven */
async function isAccepted(
  t: Trial,
  rp: RelyingParty,
  alg: string,
  more: { client_id?: string },
): Promise<boolean> {
  const browser = await t.browser();
  const idToken = await rawSignIn(t, browser, rp, t.alice);
  const header = decodeProtectedHeader(idToken);
  t.report.require(
    header.alg === alg,
    `The ID Token of ${rp.name} has alg ${header.alg}, although the OP registered ${alg}.`,
  );
  const parameters = { ...usualParameters({ idToken, rp }), ...more };
  const { arrived } = await logOut(t, browser, rp, { parameters });
  if (arrived?.rp !== rp) return false;
  await assertLoggedOut(t, browser, rp);
  return true;
}
