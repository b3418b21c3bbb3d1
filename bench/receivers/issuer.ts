/** An issuer with the two documents that a receiver of logout tokens reads, and the tokens. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { backchannelLogoutEvent } from "#lib/oidc/logout-token.ts";
import type { Signer } from "#lib/oidc/testing/bad-logout-tokens.ts";
import { clientId, sidNumber } from "../sessions.ts";

export interface Issuer {
  issuer: string;
  jwksUri: string;
  jwk: JWK;
  /** Signs with the published key, an RSA key of 2048 bits. */
  sign: Signer;
  close(): void;
}

const kid = "bench";

export async function startIssuer(): Promise<Issuer> {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: "RS256", use: "sig" };
  let issuer = "";
  const server = createServer(({ url = "" }, response) => {
    const found =
      url === "/jwks" ? { keys: [jwk] } : url.includes("/.well-known/") ? discovery(issuer) : undefined;
    response.writeHead(found ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify(found ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // nextjs-auth0 takes none without the slash.
  issuer = `http://localhost:${(server.address() as AddressInfo).port}/`;
  return {
    issuer,
    jwksUri: `${issuer}jwks`,
    jwk,
    sign: (claims, header = {}, key = privateKey) =>
      new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid, typ: "logout+jwt", ...header }).sign(key, {
        crit: Object.fromEntries([header.crit ?? []].flat().map((name) => [String(name), true])),
      }),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const discovery = (issuer: string) => ({
  issuer,
  authorization_endpoint: `${issuer}authorize`,
  token_endpoint: `${issuer}token`,
  userinfo_endpoint: `${issuer}userinfo`,
  end_session_endpoint: `${issuer}logout`,
  jwks_uri: `${issuer}jwks`,
  response_types_supported: ["code", "id_token", "code id_token"],
  response_modes_supported: ["query", "fragment", "form_post"],
  subject_types_supported: ["public"],
  id_token_signing_alg_values_supported: ["RS256"],
  backchannel_logout_supported: true,
  backchannel_logout_session_supported: true,
});

/** Claims of a valid logout token for session number n. It expires in an hour: it is minted long before it is sent. */
export function logoutClaims({ issuer }: Issuer, n: number): Record<string, unknown> {
  const iat = Math.floor(Date.now() / 1000);
  return {
    iss: issuer,
    aud: clientId,
    sub: `user-${n}`,
    sid: sidNumber(n),
    iat,
    exp: iat + 3600,
    jti: crypto.randomUUID(),
    events: { [backchannelLogoutEvent]: {} },
  };
}

/** Signatures at a time: as many as Node has threads for them. */
const concurrency = 8;

/** Logout tokens for the sessions from number `first` on, each once. */
export async function mintTokens(issuer: Issuer, first: number, count: number): Promise<string[]> {
  const tokens: string[] = [];
  let next = 0;
  const work = async () => {
    while (next < count) {
      const index = next++;
      tokens[index] = await issuer.sign(logoutClaims(issuer, first + index));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return tokens;
}
