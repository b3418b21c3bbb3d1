/** The routes of the OP's own pages. */
import { type Context, isRead, type Next, type OpenIdProvider } from "../open-id-provider.ts";
import { PAGES } from "../paths.ts";
import { showConsent, submitConsent } from "./consent.ts";
import { showFaults } from "./faults.ts";
import { showHome } from "./home.ts";
import { confirmLogout, denyLogout } from "./logout-answer.ts";
import { showOpIframe } from "./op-iframe.ts";
import { showSessions, submitEndSession, submitSessionsSignIn } from "./sessions.ts";
import { showSignIn, submitSignIn } from "./sign-in.ts";

type Handler = (op: OpenIdProvider, ctx: Context) => Promise<void>;

const ROUTES: readonly [method: string, path: string, handler: Handler][] = [
  ["GET", PAGES.home, showHome],
  ["GET", `${PAGES.signIn}/:uid`, showSignIn],
  ["POST", `${PAGES.signIn}/:uid`, submitSignIn],
  ["GET", `${PAGES.consent}/:uid`, showConsent],
  ["POST", `${PAGES.consent}/:uid`, submitConsent],
  ["POST", PAGES.logoutConfirm, confirmLogout],
  ["POST", PAGES.logoutDeny, denyLogout],
  ["GET", PAGES.opIframe, showOpIframe],
  ["GET", PAGES.sessions, showSessions],
  ["POST", PAGES.sessionsSignIn, submitSessionsSignIn],
  ["POST", PAGES.sessionsEnd, submitEndSession],
  ["GET", PAGES.faults, showFaults],
];

export function ownPages(op: OpenIdProvider) {
  return async (ctx: Context, next: Next): Promise<void> => {
    const [method, path] = [isRead(ctx) ? "GET" : ctx.method, withoutUid(ctx.path)];
    const handler = ROUTES.find((route) => route[0] === method && route[1] === path)?.[2];
    if (handler) await handler(op, ctx);
    else await next();
  };
}

/** The two pages of an interaction have its `uid` in their path. */
const withoutUid = (path: string): string => {
  const page = [PAGES.signIn, PAGES.consent].find((prefix) => path.startsWith(`${prefix}/`));
  return page ? `${page}/:uid` : path;
};
