/** Faults of back-channel logout: the key and the algorithm that sign a logout token. */
import { decodeJwt, decodeProtectedHeader } from "jose";
import type { OpenIdProvider } from "../open-id-provider.ts";
import { endpointPaths } from "../paths.ts";
import type { Fault } from "./fault.ts";
import { signed } from "./logout-tokens.ts";

/** The algorithm of the client that last used the token endpoint. */
const lastAlgorithm = new WeakMap<OpenIdProvider["provider"], string>();

interface Issuing {
  issue(options: { use: string }): Promise<string>;
}

/** The `kid` of our key for RS256. */
const rsaKid = ({ keys }: Pick<OpenIdProvider, "keys">): string | undefined =>
  keys.jwks.keys.find(({ alg }) => alg === "RS256")?.kid;

export const logoutTokenKeys: readonly Fault[] = [
  {
    name: "logout-token-in-algorithm-of-last-client",
    family: "B",
    does: "Logout tokens are signed with the algorithm of the client that last used the token endpoint.",
    clause: "BCL 2.4",
    check: "B-03",
    install: ({ provider }) => {
      provider.on("grant.success", ({ oidc: { client } }) => {
        lastAlgorithm.set(provider, client?.idTokenSignedResponseAlg ?? "RS256");
      });
    },
    logoutToken: ({ header }, { provider, keys }) => {
      const alg = lastAlgorithm.get(provider) ?? header.alg;
      Object.assign(header, { alg, kid: keys.jwks.keys.find((key) => key.alg === alg)?.kid });
    },
  },
  {
    name: "same-kid-for-two-key-types",
    family: "D",
    does: "The RSA and the elliptic-curve signing key have the same kid, so only alg tells them apart.",
    clause: "RFC 7517 4.5",
    check: "D-08",
    verdict: "warn",
    install: (op) => {
      const prototype = op.provider.IdToken.prototype as unknown as Issuing;
      const issue = prototype.issue;
      prototype.issue = async function (options) {
        const issued = await issue.call(this, options);
        const header = decodeProtectedHeader(issued);
        if (header.alg !== "ES256") return issued;
        return signed(op, { header: { ...header, kid: rsaKid(op) }, claims: decodeJwt(issued) });
      };
    },
    around: async (op, ctx, next) => {
      await next();
      if (ctx.path !== endpointPaths.jwks) return;
      const { keys } = ctx.body as { keys: { alg?: string }[] };
      ctx.body = { keys: keys.map((key) => (key.alg === "ES256" ? { ...key, kid: rsaKid(op) } : key)) };
    },
  },
];
