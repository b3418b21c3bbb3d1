/** The hook for faults of the logout token: it is decoded, changed, and signed again. */
import { CompactSign, decodeJwt, decodeProtectedHeader, importJWK, type JWK } from "jose";
import type { OpenIdProvider } from "../open-id-provider.ts";
import type { Fault, LogoutToken } from "./fault.ts";

interface Issuing {
  client: { clientId: string; clientSecret?: string };
  issue(options: { use: string }): Promise<string>;
}

/** Applies the faults to every logout token, in order. */
export function changeLogoutTokens(op: OpenIdProvider, faults: readonly Fault[]): void {
  const changes = faults.flatMap(({ logoutToken }) => (logoutToken ? [logoutToken] : []));
  if (changes.length === 0) return;
  const prototype = op.provider.IdToken.prototype as unknown as Issuing;
  const issue = prototype.issue;
  prototype.issue = async function (options) {
    const issued = await issue.call(this, options);
    if (options.use !== "logout" || issued.split(".").length !== 3) return issued;
    const header = { ...decodeProtectedHeader(issued) };
    const token: LogoutToken = { header, claims: decodeJwt(issued), clientId: this.client.clientId };
    for (const change of changes) {
      const replacement = await change(token, op);
      if (replacement !== undefined) return replacement;
    }
    return signed(op, token, header.alg === "HS256" ? secretOf(this.client) : undefined);
  };
}

const secretOf = ({ clientSecret = "" }: Issuing["client"]): JWK => ({
  kty: "oct",
  k: Buffer.from(clientSecret).toString("base64url"),
});

/** A JWT of this header and these claims, signed with the OP's key for the header's `alg`.
 * @param key signs instead */
export async function signed(
  op: OpenIdProvider,
  { header, claims }: Pick<LogoutToken, "header" | "claims">,
  key?: JWK,
): Promise<string> {
  const alg = String(header.alg);
  const own = op.keys.jwks.keys.find((each) => each.use === "sig" && each.alg === alg) as JWK | undefined;
  const payload = new TextEncoder().encode(JSON.stringify(claims));
  const secret = await importJWK((key ?? own) as JWK, alg);
  return new CompactSign(payload).setProtectedHeader({ ...header, alg }).sign(secret);
}
