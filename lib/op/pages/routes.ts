/** The routes of the OP's own pages. */
import { type Context, isRead, type Next, type OpenIdProvider } from "../open-id-provider.ts";
import { pagePaths } from "../paths.ts";
import { showConsent, submitConsent } from "./consent.ts";
import { showFaults } from "./faults.ts";
import { showHome } from "./home.ts";
import { confirmLogout, denyLogout } from "./logout-answer.ts";
import { showOpIframe } from "./op-iframe.ts";
import { showSessions, submitEndSession, submitSessionsSignIn } from "./sessions.ts";
import { showSignIn, submitSignIn } from "./sign-in.ts";

type Handler = (op: OpenIdProvider, ctx: Context) => Promise<void>;

const routes: readonly [method: string, path: string, handler: Handler][] = [
  ["GET", pagePaths.home, showHome],
  ["GET", `${pagePaths.signIn}/:uid`, showSignIn],
  ["POST", `${pagePaths.signIn}/:uid`, submitSignIn],
  ["GET", `${pagePaths.consent}/:uid`, showConsent],
  ["POST", `${pagePaths.consent}/:uid`, submitConsent],
  ["POST", pagePaths.logoutConfirm, confirmLogout],
  ["POST", pagePaths.logoutDeny, denyLogout],
  ["GET", pagePaths.opIframe, showOpIframe],
  ["GET", pagePaths.sessions, showSessions],
  ["POST", pagePaths.sessionsSignIn, submitSessionsSignIn],
  ["POST", pagePaths.sessionsEnd, submitEndSession],
  ["GET", pagePaths.faults, showFaults],
];

export function ownPages(op: OpenIdProvider) {
  return async (ctx: Context, next: Next): Promise<void> => {
    const [method, path] = [isRead(ctx) ? "GET" : ctx.method, withoutUid(ctx.path)];
    const handler = routes.find((route) => route[0] === method && route[1] === path)?.[2];
    if (handler) await handler(op, ctx);
    else await next();
  };
}

/** The two pages of an interaction have its `uid` in their path. */
const withoutUid = (path: string): string => {
  const page = [pagePaths.signIn, pagePaths.consent].find((prefix) => path.startsWith(`${prefix}/`));
  return page ? `${page}/:uid` : path;
};
