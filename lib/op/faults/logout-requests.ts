/** Faults of RP-initiated logout: requests that are right and are not taken, and what follows a right one. */
import { decodeProtectedHeader } from "jose";
import { findUser } from "../accounts.ts";
import { ENDPOINTS, PAGES } from "../paths.ts";
import { changeWayBack } from "./answers.ts";
import type { Fault } from "./fault.ts";
import { refusing } from "./refusal.ts";

const common = { family: "R", clause: "RIL 2" } as const;
const given = (value: unknown): value is string => typeof value === "string" && value !== "";

/** Of a token; empty for what is none. */
function algorithmOf(token: string): string {
  try {
    return String(decodeProtectedHeader(token).alg);
  } catch {
    return "";
  }
}

export const logoutRequests: readonly Fault[] = [
  {
    ...common,
    name: "bare-request-refused",
    does: "A logout request without any parameter is an error.",
    check: "R-24",
    around: refusing("A logout request has to say who asks.", ({ method, querystring }) =>
      method === "GET" ? !querystring : false,
    ),
  },
  {
    ...common,
    name: "state-alone-refused",
    does: "A logout request with a state and no address for it is an error.",
    check: "R-25",
    around: refusing(
      "There is a state, and no post_logout_redirect_uri.",
      ({ query }) => given(query.state) && !given(query.post_logout_redirect_uri),
    ),
  },
  {
    ...common,
    name: "unknown-ui-locales-refused",
    does: "A logout request in a language that the OP does not have is an error.",
    check: "R-32",
    around: refusing(
      "There are no pages in this language.",
      ({ query }) => given(query.ui_locales) && !/\ben\b/.test(query.ui_locales),
    ),
  },
  {
    ...common,
    name: "unknown-logout-hint-refused",
    does: "A logout request whose logout_hint names nobody is an error.",
    check: "R-33",
    around: refusing(
      "The logout_hint names nobody.",
      ({ query }) => given(query.logout_hint) && !findUser(query.logout_hint),
    ),
  },
  {
    ...common,
    name: "encrypted-hint-refused",
    does: "A hint that is encrypted to the OP is an error, although the OP publishes a key for it.",
    clause: "Core 3.1.2.1",
    check: "R-36",
    around: refusing(
      "The id_token_hint cannot be read.",
      ({ query }) => given(query.id_token_hint) && query.id_token_hint.split(".").length === 5,
    ),
  },
  {
    ...common,
    name: "hint-encrypted-with-secret-refused",
    does: "A hint that is still encrypted with the client's secret is an error, though client_id says whose secret it is.",
    check: "R-37",
    verdict: "warn",
    around: refusing(
      "The id_token_hint cannot be read.",
      ({ query }) => given(query.id_token_hint) && /^A\d+KW$/.test(algorithmOf(query.id_token_hint)),
    ),
  },
  {
    ...common,
    name: "late-answer-crashes",
    does: "A yes that comes when the session has ended meanwhile makes the OP fail with HTTP 500.",
    clause: "RIL 4",
    check: "R-31",
    around: async (op, ctx, next) => {
      const isAnswer = ctx.method === "POST" && ctx.path === PAGES.logoutConfirm;
      const { accountId } = isAnswer ? await op.provider.Session.get(ctx) : {};
      await next();
      if (isAnswer && !accountId) ctx.status = 500;
    },
  },
  {
    ...common,
    name: "parameters-added",
    does: "The browser comes back with a parameter that nobody asked for.",
    check: "R-06",
    verdict: "warn",
    around: async (_op, ctx, next) => {
      await next();
      await changeWayBack(ctx, (uri) => `${uri}${uri.includes("?") ? "&" : "?"}logout=success`);
    },
  },
  {
    ...common,
    name: "logout-pages-cached",
    does: "The pages of a logout may be kept by caches.",
    clause: "RFC 9700 4.2",
    check: "R-40",
    verdict: "warn",
    around: async (_op, ctx, next) => {
      await next();
      if (ctx.path.startsWith(ENDPOINTS.end_session)) ctx.set("Cache-Control", "private, max-age=600");
    },
  },
];
