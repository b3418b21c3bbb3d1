/** The Resource Owner Password Credentials grant. RFC 9700 2.4: it MUST NOT be used, since it exposes the user's
 * password to the client. It exists because the tutorial's form offers it. */
import type Provider from "oidc-provider";
import { errors, type TokenEndpointGrantContext } from "oidc-provider";
import { authenticate, findAccount } from "./accounts.ts";

interface PasswordParameters {
  username?: string;
  password?: string;
}

export function registerPasswordGrant(provider: Provider, scopes: readonly string[]): void {
  provider.registerGrantType<PasswordParameters>(
    "password",
    async (ctx) => {
      ctx.body = await grantTokens(ctx, scopes);
    },
    ["username", "password", "scope"],
  );
}

async function grantTokens(ctx: TokenEndpointGrantContext<PasswordParameters>, supported: readonly string[]) {
  const { provider, client, params } = ctx.oidc;
  const user = authenticate(params.username ?? "", params.password ?? "");
  if (!user) throw new errors.InvalidGrant("the username or the password is wrong");

  const scopes = (params.scope ?? "").split(" ").filter((scope) => supported.includes(scope));
  const grant = new provider.Grant({ accountId: user.username, clientId: client.clientId });
  grant.addOIDCScope(scopes);
  const grantId = await grant.save();
  const scope = scopes.join(" ");
  const token = new provider.AccessToken({
    accountId: user.username,
    client,
    grantId,
    gty: "password",
    scope,
  });

  const accessToken = await token.save();
  return {
    access_token: accessToken,
    token_type: token.tokenType,
    expires_in: token.expiration,
    scope,
    ...(scopes.includes("openid") && { id_token: await idToken(ctx, user.username, scope, accessToken) }),
  };
}

/** Without `sid`: this grant involves no browser, and hence no session at the OP. */
async function idToken(
  ctx: TokenEndpointGrantContext<PasswordParameters>,
  username: string,
  scope: string,
  accessToken: string,
) {
  const claims = await findAccount(username)?.claims("id_token", scope, {}, []);
  // `scope` selects the claims; the library sets it on its ID Tokens too but does not type it.
  const token = Object.assign(new ctx.oidc.provider.IdToken({ ...claims }, { ctx }), { scope });
  token.set("at_hash", accessToken); // the library hashes it
  return token.issue({ use: "idtoken" });
}
