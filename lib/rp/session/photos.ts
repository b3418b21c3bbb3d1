/** The imported photos: whose they are, read with the access token if there is one. */
import { ProtocolError } from "#lib/oidc/errors.ts";
import { requestUserInfo } from "#lib/oidc/token-request.ts";
import type { RpSession } from "../model.ts";
import type { RelyingParty } from "../relying-party.ts";
import { refreshed } from "./refresh.ts";

type PhotoAlbum =
  | { owner: string; source: "userinfo" | "id_token"; claims: Record<string, unknown> }
  | { problem: string };

/** The album, and the session that it was read with: a refresh may have ended the given one. */
export async function photosOf(
  session: RpSession | undefined,
  rp: RelyingParty,
): Promise<{ album: PhotoAlbum; session: RpSession | undefined }> {
  const current = session && (await refreshed(session, rp));
  return { album: await readAlbum(current, rp), session: current };
}

/** Reads the owner's claims from the UserInfo endpoint (Core 5.3), without an access token from the ID Token. */
async function readAlbum(session: RpSession | undefined, rp: RelyingParty): Promise<PhotoAlbum> {
  const login = session?.login;
  const tokens = login?.tokens ?? session?.tokens;
  if (!tokens?.accessToken) {
    return login
      ? { owner: login.sub, source: "id_token", claims: login.claims }
      : { problem: "No user is logged in." };
  }
  // An access token is only sent to its issuer.
  const provider = rp.trustedProvider(tokens.issuer);
  if (!provider) return { problem: `${tokens.issuer} is no longer trusted.` };
  try {
    const choice = { clientId: tokens.clientId, alg: rp.config.ID_TOKEN_SIGNED_RESPONSE_ALG };
    const configuration = await provider.configuration(choice);
    const claims = await requestUserInfo(configuration, tokens.accessToken, login?.sub);
    return { owner: typeof claims.name === "string" ? claims.name : claims.sub, source: "userinfo", claims };
  } catch (error) {
    if (error instanceof ProtocolError) return { problem: error.message };
    throw error;
  }
}
