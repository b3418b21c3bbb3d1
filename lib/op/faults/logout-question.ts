/** Faults of the logout question: when it is asked, and who may answer it. */
import { completeLogout } from "../pages/logout-outcome.ts";
import { endpointPaths, pagePaths } from "../paths.ts";
import { changeText } from "./answers.ts";
import type { Fault } from "./fault.ts";
import { unaskedWhere } from "./questions.ts";

export const logoutQuestions: readonly Fault[] = [
  {
    name: "logout-unasked",
    family: "R",
    does: "A logout request without a hint ends the session without asking: any site can trigger it.",
    clause: "RIL 6",
    check: "R-27",
    configure: unaskedWhere((ctx) => !ctx.oidc.entities.IdTokenHint),
  },
  {
    name: "client-id-answers",
    family: "R",
    does: "A client_id without a hint replaces the user's answer, although a client_id is public.",
    clause: "RIL 2",
    check: "R-13",
    configure: unaskedWhere((ctx) => !ctx.oidc.entities.IdTokenHint && Boolean(ctx.query.client_id)),
  },
  {
    name: "hint-of-another-browser-answers",
    family: "R",
    does: "A hint replaces the user's answer, although its client was never used in this browser.",
    clause: "RIL 2",
    check: "R-47",
    configure: unaskedWhere(({ oidc: { entities, client, session } }) =>
      Boolean(entities.IdTokenHint && client && !session?.authorizations?.[client.clientId]),
    ),
  },
  {
    name: "any-hint-answers",
    family: "R",
    does: "Any hint replaces the user's answer, even one from a session that ended long ago.",
    clause: "RIL 2",
    check: "R-22",
    configure: unaskedWhere((ctx) => ctx.oidc.entities.IdTokenHint !== undefined),
  },
  {
    name: "no-logs-out",
    family: "R",
    does: "A user who answers no is logged out.",
    clause: "RIL 2",
    check: "R-29",
    around: async (_op, ctx, next) => {
      await next();
      await changeText(ctx, (page) =>
        page.replace(`formaction="${pagePaths.logoutDeny}"`, 'name="logout" value="no"'),
      );
    },
  },
  {
    name: "grant-dropped-after-no",
    family: "R",
    does: "A user who answers no stays signed in, but has to allow the app's access again.",
    clause: "RIL 2",
    check: "R-29",
    verdict: "warn",
    around: async ({ provider, store }, ctx, next) => {
      if (ctx.path !== pagePaths.logoutDeny) return void (await next());
      const { state, authorizations = {} } = await provider.Session.get(ctx);
      await next();
      const clientId = String(state?.clientId);
      store.destroy("Grant", authorizations[clientId]?.grantId ?? "");
      store.forgetConsents(clientId);
    },
  },
  {
    name: "question-without-no",
    family: "R",
    does: "The logout question has a single button: it can only be answered with yes.",
    clause: "RIL 2",
    check: "R-29",
    verdict: "warn",
    around: async (_op, ctx, next) => {
      await next();
      if (ctx.path !== endpointPaths.end_session) return;
      await changeText(ctx, (page) => page.replace(/<button [^>]*formaction=[^>]*>No<\/button>/, ""));
    },
  },
  {
    name: "question-framable",
    family: "R",
    does: "Any site can frame the logout question and trick the user into pressing Yes.",
    clause: "RFC 9700 4.16",
    check: "R-28",
    around: async (_op, ctx, next) => {
      await next();
      if (ctx.path !== endpointPaths.end_session) return;
      const policy = ctx.response.get("Content-Security-Policy");
      ctx.set("Content-Security-Policy", policy.replace("frame-ancestors 'none'", "frame-ancestors *"));
    },
  },
  {
    name: "answer-of-another-site",
    family: "R",
    does: "The answer to the logout question is accepted from any site, without the token of the page that asked.",
    clause: "RFC 9700 4.16",
    check: "R-28",
    around: async (op, ctx, next) => {
      if (ctx.path !== pagePaths.logoutConfirm || ctx.method !== "POST") return void (await next());
      const session = await op.provider.Session.get(ctx);
      await completeLogout(op, ctx, session, session.state ?? {});
    },
  },
];
