/** How many kinds of bad logout token a receiver refuses: so that none is fast by checking less. Only the count leaves this
 * file, never which kind. */
import { badLogoutTokens } from "#lib/oidc/testing/bad-logout-tokens.ts";
import { post } from "../measure/load.ts";
import { type Issuer, logoutClaims } from "./issuer.ts";

export interface Probed {
  refused: number;
  kinds: number;
  /** Whether it refuses a token that it has accepted before (BCL 2.6, step 8, which leaves that open). */
  remembersJti: boolean;
}

/** @param spare number of a session that no other token names */
export async function probe(url: string, issuer: Issuer, spare: number): Promise<Probed> {
  const claims = () => logoutClaims(issuer, spare);
  const accepts = async (token: string) => {
    const status = await post(url, `logout_token=${token}`);
    return status >= 200 && status < 300;
  };
  const good = await issuer.sign(claims());
  if (!(await accepts(good))) throw new Error("It refuses a valid logout token.");
  const remembersJti = !(await accepts(good));
  const bad = await badLogoutTokens({ sign: issuer.sign, jwk: issuer.jwk, claims });
  let refused = 0;
  for (const { token } of bad) if (!(await accepts(token))) refused++;
  return { refused, kinds: bad.length, remembersJti };
}
