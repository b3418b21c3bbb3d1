/** The answers to the logout question. Both must come from the page that asked it. */
import type { UnknownObject } from "oidc-provider";
import { equalSecrets } from "../csrf.ts";
import { PageError } from "../edge.ts";
import { readForm } from "../forms.ts";
import { withParameters } from "../logout/registered-address.ts";
import type { Context, OpenIdProvider } from "../open-id-provider.ts";
import { shortSid } from "../session-id.ts";
import { sidOf } from "../store/stored-session.ts";
import { completeLogout, type Session, sendStillSignedIn } from "./logout-outcome.ts";

/** The library keeps `state` in the session while the question is open. */
interface Question {
  form: URLSearchParams;
  session: Session;
  state: UnknownObject;
}

/** "Yes", and the form that the library posts itself when it need not ask. */
export async function confirmLogout(op: OpenIdProvider, ctx: Context): Promise<void> {
  const question = await answeredQuestion(op, ctx);
  if (!question.form.get("logout")) return deny(op, ctx, question);
  const { session, state } = question;
  op.log.info(`logout confirmed by ${session.accountId ?? "no user"} (sid ${shortSid(sidOf(session))})`);
  await completeLogout(op, ctx, session, state);
}

/** "No": no session ends and no app is notified. The library's own handling would end the requesting client's part. */
export async function denyLogout(op: OpenIdProvider, ctx: Context): Promise<void> {
  return deny(op, ctx, await answeredQuestion(op, ctx));
}

async function deny(op: OpenIdProvider, ctx: Context, { session, state }: Question): Promise<void> {
  session.state = undefined;
  await session.persist();
  op.log.info(`logout denied by ${session.accountId} (sid ${shortSid(sidOf(session))})`);
  if (typeof state.postLogoutRedirectUri !== "string") return sendStillSignedIn(op, ctx, session.accountId);
  ctx.status = 303;
  ctx.redirect(deniedUri(state.postLogoutRedirectUri, state.state));
}

/** @throws {PageError} unless the form is the one sent to this session */
async function answeredQuestion(op: OpenIdProvider, ctx: Context): Promise<Question> {
  const form = await readForm(ctx);
  const session = await op.provider.Session.get(ctx);
  const { state } = session;
  if (typeof state?.secret === "string" && equalSecrets(state.secret, form.get("xsrf") ?? "")) {
    return { form, session, state };
  }
  throw new PageError(400, "This page is out of date.", "Start the logout again from the app.");
}

/** As WSO2 IS answers the app when the user denies the logout. */
function deniedUri(uri: string, state: unknown): string {
  return withParameters(uri, {
    error: "access_denied",
    error_description: "End User denied the logout request",
    ...(typeof state === "string" && { state }),
  });
}
