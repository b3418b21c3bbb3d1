/** The sessions page: who is signed in to which apps and since when, with a button to end each session. */
import { findUser, isAdministrator } from "../accounts.ts";
import { formToken, requireFormToken } from "../csrf.ts";
import { PageError } from "../edge.ts";
import { readForm } from "../forms.ts";
import { showBrowserState } from "../logout/browser-state.ts";
import { endSession } from "../logout/end-session.ts";
import { type Context, type OpenIdProvider, sessionCookie, sessionLifetime } from "../open-id-provider.ts";
import { pagePaths } from "../paths.ts";
import { goOnAfterLogout } from "./frontchannel-logout.ts";
import { sendPage } from "./page.ts";
import { sessionsView } from "./sessions-view.ts";
import { sendSignIn, signedInUser } from "./sign-in.ts";

const thisPage = "the sessions page";

export async function showSessions(op: OpenIdProvider, ctx: Context): Promise<void> {
  const { accountId, uid } = await op.provider.Session.get(ctx);
  const token = formToken(op, ctx);
  if (!accountId) return sendSignIn(ctx, token, { username: "", action: pagePaths.sessionsSignIn });
  const administrator = isAdministrator(accountId);
  const visible = op.store.sessions().filter((session) => administrator || session.accountId === accountId);
  const sessions = visible.sort((a, b) => Number(b.uid === uid) - Number(a.uid === uid)); // this browser's first
  const { deliveries: queue } = op;
  const deliveries = administrator ? { recent: queue.recent(), pending: queue.countPending() } : undefined;
  const body = sessionsView({ user: accountId, ownUid: uid, sessions, deliveries, token });
  sendPage(ctx, { title: "Sessions", body, wide: true });
}

/** Signs in on this page: the session is the same as one started by an app's authorization request. */
export async function submitSessionsSignIn(op: OpenIdProvider, ctx: Context): Promise<void> {
  const form = await readForm(ctx);
  requireFormToken(op, ctx, form);
  const session = await op.provider.Session.get(ctx);
  if (session.accountId) return toSessions(ctx);
  const accountId = signedInUser(op, form, thisPage);
  if (!accountId) {
    const username = form.get("username") ?? "";
    return sendSignIn(ctx, formToken(op, ctx), { username, failed: true, action: pagePaths.sessionsSignIn });
  }
  session.resetIdentifier(); // against session fixation
  session.loginAccount({ accountId, amr: ["pwd"] });
  await session.save(sessionLifetime);
  const expires = new Date(session.exp * 1000);
  ctx.cookies.set(op.provider.cookieName("session"), session.jti, { ...sessionCookie(op), expires });
  showBrowserState(op, ctx, session);
  toSessions(ctx);
}

/** Ends one session and notifies every app that used it, as in a logout started by the OP; through the browser too if
 * it is this browser's session. */
export async function submitEndSession(op: OpenIdProvider, ctx: Context): Promise<void> {
  const form = await readForm(ctx);
  requireFormToken(op, ctx, form);
  const { accountId, uid } = await op.provider.Session.get(ctx);
  if (!findUser(accountId))
    throw new PageError(403, "You are not signed in.", "Sign in on the sessions page first.");
  const session = op.store.sessionByUid(form.get("uid") ?? "");
  if (session && session.accountId !== accountId && !isAdministrator(accountId)) {
    throw new PageError(
      403,
      "This is not your session.",
      "Sign in as an administrator to end the sessions of others.",
    );
  }
  const participants = session ? await endSession(op, session.uid, `${accountId} on ${thisPage}`) : [];
  if (session?.uid !== uid) return toSessions(ctx); // the session is another browser's
  ctx.cookies.set(op.provider.cookieName("session"), null, sessionCookie(op));
  showBrowserState(op, ctx, session);
  await goOnAfterLogout(op, ctx, participants, pagePaths.sessions);
}

function toSessions(ctx: Context): void {
  ctx.status = 303;
  ctx.redirect(pagePaths.sessions);
}
