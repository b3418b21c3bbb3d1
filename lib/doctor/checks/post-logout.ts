/** Are the post-logout URIs registered? Sends logout requests without a session (RIL 2 and 3). */
import { type Finding, finding, quoted } from "../finding.ts";
import type { Case } from "../patient.ts";
import { outlineOf, redirectOf, Unanswered } from "../prober.ts";
import { isAt, noClient } from "./callbacks.ts";

interface Reception {
  uri: string;
  outline: string;
  back: boolean;
  stateKept: boolean;
  /** Whether the answer is a page, which may ask for confirmation or reject the request. */
  asks: boolean;
  silent: boolean;
}

export async function examinePostLogout(patient: Case): Promise<Finding[]> {
  const { app, client, metadata } = patient;
  const endpoint = metadata.end_session_endpoint;
  if (!client) return withoutRequest(noClient);
  if (!endpoint) return withoutRequest("No end_session_endpoint is declared.");
  const receive = (uri: string) => ask(uri, endpoint, client.clientId, patient);
  const foreign = await receive(`https://not-registered-${crypto.randomUUID().slice(0, 8)}.invalid/logout`);
  const own = await Promise.all(app.baseUrls.map((base) => receive(`${base}/logout`)));
  return [judge(own, foreign), judgeTwin(foreign)];
}

const withoutRequest = (why: string): Finding[] => [
  finding("post-logout", "unknown", why),
  finding("post-logout-open", "unknown", why),
];

async function ask(uri: string, endpoint: string, clientId: string, { prober }: Case): Promise<Reception> {
  const state = crypto.randomUUID();
  const url = new URL(endpoint);
  const parameters = { client_id: clientId, post_logout_redirect_uri: uri, state };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  try {
    const answer = await prober.ask(url.href, { headers: { accept: "text/html" } });
    const target = redirectOf(answer);
    return {
      uri,
      outline: outlineOf(answer),
      back: target !== undefined && isAt(target, uri),
      stateKept: target?.searchParams.get("state") === state,
      asks: answer.status === 200,
      silent: answer.status >= 500,
    };
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    return { uri, outline: error.message, back: false, stateKept: false, asks: false, silent: true };
  }
}

function judge(own: Reception[], foreign: Reception): Finding {
  const silent = own.find((each) => each.silent);
  if (silent) return finding("post-logout", "unknown", `${silent.uri}: ${quoted(silent.outline)}.`);
  const forgetful = own.find(({ back, stateKept }) => back && !stateKept);
  if (forgetful)
    return finding(
      "post-logout",
      "problem",
      `${forgetful.uri} gets a different state, or none: the app cannot tell whose logout it was.`,
      "Configure the OpenID Provider to return state unchanged (RIL 3).",
    );
  const differently = (each: Reception) => each.back || (each.asks && each.outline !== foreign.outline);
  const refused = own.filter((each) => !differently(each));
  const urls = own.map(({ uri }) => uri).join(", ");
  if (refused.length === 0) {
    const how = own.every(({ back }) => back)
      ? "The OpenID Provider redirects to"
      : "The OpenID Provider asks for confirmation, unlike at an unregistered URI, for";
    return finding("post-logout", "ok", `${how} ${urls}.`);
  }
  if (refused.length < own.length)
    return finding(
      "post-logout",
      "problem",
      `Not accepted: ${refused.map(({ uri, outline }) => `${uri} (${outline})`).join(", ")}; the others are accepted.`,
      "Register exactly these URIs for the client.",
    );
  return finding(
    "post-logout",
    "unknown",
    `Without a session, the answer is the same as for an unregistered URI (${own[0]?.outline}): they may not be registered, or the OpenID Provider may require an id_token_hint.`,
    `Check whether these are registered: ${urls}. Then sign in and press Logout.`,
  );
}

function judgeTwin({ uri, outline, back, asks, silent }: Reception): Finding {
  if (back)
    return finding(
      "post-logout-open",
      "problem",
      `The OpenID Provider redirects to ${uri}, which is not registered: an open redirect.`,
      "Configure it to compare post-logout URIs exactly with the registered ones.",
    );
  if (silent) return finding("post-logout-open", "unknown", `${quoted(outline)}.`);
  if (asks)
    return finding(
      "post-logout-open",
      "unknown",
      `The OpenID Provider shows a page (${outline}), so where it redirects afterwards is unknown.`,
      "Log out once with an unregistered post_logout_redirect_uri, in the panel below Logout, and see where you end up.",
    );
  return finding("post-logout-open", "ok", `No redirect (${outline}).`);
}
