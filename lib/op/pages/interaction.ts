/** The authorization request that a sign-in or consent page belongs to. */
import { errors, type InteractionResults, type UnknownObject } from "oidc-provider";
import { PageError } from "../edge.ts";
import type { Context, OpenIdProvider } from "../open-id-provider.ts";
import { pagePaths } from "../paths.ts";

export interface Interaction {
  uid: string;
  clientId: string;
  /** The display name of the client. */
  app: string;
  params: UnknownObject;
  /** The signed-in user, if any. */
  accountId: string | undefined;
  grantId: string | undefined;
  details: UnknownObject;
}

const startAgain = "Go back to the app and start again.";

/** The page for a missing sign-in or consent. The cookie of an interaction is bound to this path, so that sign-ins in
 * two tabs do not interfere. */
export const interactionUrl = (prompt: string, uid: string): string =>
  `${prompt === "consent" ? pagePaths.consent : pagePaths.signIn}/${uid}`;

/** @throws {PageError} if this request is not in progress in this browser */
export async function interactionOf(
  op: OpenIdProvider,
  ctx: Context,
  prompt: "login" | "consent",
): Promise<Interaction> {
  const details = await op.provider.interactionDetails(ctx.req, ctx.res).catch((error: unknown) => {
    if (error instanceof errors.SessionNotFound)
      throw new PageError(400, "This sign-in has expired.", startAgain);
    throw error;
  });
  const { uid, params, grantId } = details;
  if (details.prompt.name !== prompt || !ctx.path.endsWith(`/${uid}`)) {
    throw new PageError(400, "This page belongs to another step of the sign-in.", startAgain);
  }
  const clientId = String(params.client_id);
  const app = await appName(op, clientId);
  return {
    uid,
    clientId,
    app,
    params,
    accountId: details.session?.accountId,
    grantId,
    details: details.prompt.details,
  };
}

async function appName(op: OpenIdProvider, clientId: string): Promise<string> {
  return (await op.provider.Client.find(clientId))?.clientName ?? clientId;
}

/** Passes the outcome to the library, which continues the authorization request. */
export async function finish(op: OpenIdProvider, ctx: Context, result: InteractionResults): Promise<void> {
  const mergeWithLastSubmission = !("error" in result);
  const returnTo = await op.provider.interactionResult(ctx.req, ctx.res, result, { mergeWithLastSubmission });
  ctx.status = 303;
  ctx.redirect(returnTo);
}
