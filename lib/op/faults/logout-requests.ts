/** Faults of RP-initiated logout: valid requests that are refused, and wrong answers to valid ones. */
import { decodeProtectedHeader } from "jose";
import { findUser } from "../accounts.ts";
import { endpointPaths, pagePaths } from "../paths.ts";
import { changeWayBack } from "./answers.ts";
import type { Fault } from "./fault.ts";
import { refusing } from "./refusal.ts";

const common = { family: "R", clause: "RIL 2" } as const;
const given = (value: unknown): value is string => typeof value === "string" && value !== "";

/** The `alg` of a token; empty if the value is not a token. */
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
    does: "A logout request without parameters is an error.",
    check: "R-24",
    around: refusing("A logout request must identify its client.", ({ method, querystring }) =>
      method === "GET" ? !querystring : false,
    ),
  },
  {
    ...common,
    name: "state-alone-refused",
    does: "A logout request with a state but no post_logout_redirect_uri is an error.",
    check: "R-25",
    around: refusing(
      "state requires a post_logout_redirect_uri.",
      ({ query }) => given(query.state) && !given(query.post_logout_redirect_uri),
    ),
  },
  {
    ...common,
    name: "unknown-ui-locales-refused",
    does: "A logout request in an unsupported language is an error.",
    check: "R-32",
    verdict: "warn",
    around: refusing(
      "This language is not supported.",
      ({ query }) => given(query.ui_locales) && !/\ben\b/.test(query.ui_locales),
    ),
  },
  {
    ...common,
    name: "unknown-logout-hint-refused",
    does: "A logout request whose logout_hint names an unknown user is an error.",
    check: "R-33",
    verdict: "warn",
    around: refusing(
      "The logout_hint names an unknown user.",
      ({ query }) => given(query.logout_hint) && !findUser(query.logout_hint),
    ),
  },
  {
    ...common,
    name: "encrypted-hint-refused",
    does: "A hint encrypted to the OP is an error, although the OP publishes a key for it.",
    clause: "Core 3.1.2.1",
    check: "R-36",
    verdict: "warn",
    around: refusing(
      "The id_token_hint cannot be read.",
      ({ query }) => given(query.id_token_hint) && query.id_token_hint.split(".").length === 5,
    ),
  },
  {
    ...common,
    name: "hint-encrypted-with-secret-refused",
    does: "A hint that is still encrypted with the client's secret is an error, although client_id says whose secret it is.",
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
    does: "Answering Yes after the session has ended makes the OP fail with HTTP 500.",
    clause: "RIL 4",
    check: "R-31",
    around: async (op, ctx, next) => {
      const isAnswer = ctx.method === "POST" && ctx.path === pagePaths.logoutConfirm;
      const { accountId } = isAnswer ? await op.provider.Session.get(ctx) : {};
      await next();
      if (isAnswer && !accountId) ctx.status = 500;
    },
  },
  {
    ...common,
    name: "parameters-added",
    does: "The browser comes back with a parameter that was not requested.",
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
    does: "The pages of a logout may be cached.",
    clause: "RFC 9700 4.2",
    check: "R-40",
    verdict: "warn",
    around: async (_op, ctx, next) => {
      await next();
      if (ctx.path.startsWith(endpointPaths.end_session)) ctx.set("Cache-Control", "private, max-age=600");
    },
  },
];
