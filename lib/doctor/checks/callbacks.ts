/** Does the OpenID Provider know the client and its callbacks? Each gets a request with `prompt=none`: the OP must redirect
 * to a registered callback with an error, without showing a page (Core 3.1.2.6), and must not redirect to any other
 * (RFC 6749 4.1.2.1). The text of its pages is ignored. */
import { redirectUris, sortedWords } from "#lib/oidc/client-metadata.ts";
import { type Finding, finding, quoted } from "../finding.ts";
import type { Case } from "../patient.ts";
import { type Answer, outlineOf, redirectOf, Unanswered } from "../prober.ts";

interface Reception {
  callback: string;
  outline: string;
  /** Whether the answer redirects to this callback. */
  back: boolean;
  /** Whether the redirect has the `state`. */
  stateKept: boolean;
  /** `error` in the redirect. */
  error: string | undefined;
  /** Whether nothing can be concluded: no answer, or an error of the server. */
  silent: boolean;
}

export async function examineCallbacks(patient: Case): Promise<Finding[]> {
  const { app, client, metadata } = patient;
  const endpoint = metadata.authorization_endpoint;
  if (!client || !endpoint)
    return withoutRequest(client ? "No authorization_endpoint is declared." : noClient);
  const receive = (callback: string) => ask(callback, endpoint, client.clientId, patient);
  const own = redirectUris(app.baseUrls);
  const random = crypto.randomUUID().slice(0, 8);
  const [[near, foreign], received] = await Promise.all([
    Promise.all([
      receive(`${app.baseUrls[0]}/oauth2client/not-registered-${random}`),
      receive(`https://not-registered-${random}.invalid/oauth2client`),
    ]),
    Promise.all(own.map(receive)),
  ]);
  return [judge(received, near, client.clientId), judgeTwins(near, foreign)];
}

export const noClient =
  "No client is configured: set CLIENT_ID, register the app, or pass --client NAME=ID:SECRET.";

const withoutRequest = (why: string): Finding[] => [
  finding("callbacks", "unknown", why),
  finding("open-redirect", "unknown", why),
];

async function ask(
  callback: string,
  endpoint: string,
  clientId: string,
  { metadata, prober }: Case,
): Promise<Reception> {
  const state = crypto.randomUUID();
  const url = new URL(endpoint);
  const parameters = {
    client_id: clientId,
    response_type: responseTypeAt(metadata),
    redirect_uri: callback,
    scope: "openid",
    prompt: "none",
    state,
    nonce: crypto.randomUUID(),
    // The challenge of no verifier: a code for this request is useless.
    code_challenge: Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url"),
    code_challenge_method: "S256",
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  try {
    return readReception(callback, state, await prober.ask(url.href, { headers: { accept: "text/html" } }));
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    const nothing = { back: false, stateKept: false, error: undefined, silent: true };
    return { callback, outline: error.message, ...nothing };
  }
}

function responseTypeAt({ response_types_supported: types }: Case["metadata"]): string {
  const supported = (types ?? ["code"]).map(sortedWords);
  return supported.includes("code") ? "code" : (types?.[0] ?? "code");
}

function readReception(callback: string, state: string, answer: Answer): Reception {
  const target = redirectOf(answer);
  const back = target !== undefined && isAt(target, callback);
  const parameters = new URLSearchParams(target?.hash ? target.hash.slice(1) : target?.search);
  return {
    callback,
    outline: outlineOf(answer),
    back,
    stateKept: parameters.get("state") === state,
    error: back ? (parameters.get("error") ?? undefined) : undefined,
    silent: answer.status >= 500,
  };
}

/** Whether a URL is this one, apart from its parameters. */
export function isAt(target: URL, wanted: string): boolean {
  const { origin, pathname } = new URL(wanted);
  return target.origin === origin && target.pathname === pathname;
}

/** The errors of an OP that would need to show a page (Core 3.1.2.6). */
const expectedErrors = [
  "login_required",
  "interaction_required",
  "consent_required",
  "account_selection_required",
];

function judge(received: Reception[], wrong: Reception, clientId: string): Finding {
  const kept = received.filter(({ back }) => !back);
  const back = received.filter((each) => each.back);
  const silent = received.find((each) => each.silent);
  if (silent)
    return finding(
      "callbacks",
      "unknown",
      `${silent.callback}: ${quoted(silent.outline)}.`,
      "Check the OpenID Provider's log.",
    );
  if (back.length === 0) return judgeUnredirected(kept, wrong, clientId);
  if (kept.length > 0)
    return finding(
      "callbacks",
      "problem",
      `The client ${quoted(clientId)} is known, but the OpenID Provider does not redirect to ${kept.map(({ callback, outline }) => `${callback} (${outline})`).join(", ")}.`,
      "Register exactly these callbacks for the client.",
    );
  return judgeErrors(back, clientId);
}

function judgeErrors(back: Reception[], clientId: string): Finding {
  const forgetful = back.find(({ stateKept }) => !stateKept);
  if (forgetful)
    return finding(
      "callbacks",
      "problem",
      `${forgetful.callback} gets a different state, or none: the app rejects such a response.`,
      "Have the OpenID Provider return state unchanged (RFC 6749 4.1.2).",
    );
  const refused = back.find(({ error }) => error !== undefined && !expectedErrors.includes(error));
  if (refused)
    return finding(
      "callbacks",
      refused.error === "unauthorized_client" ? "problem" : "warning",
      `${refused.callback} is accepted, but the error is ${quoted(refused.error ?? "")} instead of login_required.`,
      "Allow the client to use response type code, scope openid and prompt=none.",
    );
  const urls = back.map(({ callback }) => callback).join(", ");
  return finding(
    "callbacks",
    "ok",
    `The client ${quoted(clientId)} is known, and the OpenID Provider redirects to ${urls}.`,
  );
}

function judgeUnredirected(kept: Reception[], wrong: Reception, clientId: string): Finding {
  const { outline = "" } = kept[0] ?? {};
  if (kept.some((each) => each.outline !== wrong.outline))
    return finding(
      "callbacks",
      "warning",
      `The OpenID Provider does not redirect (${outline}), but answers an unregistered callback differently (${wrong.outline}): it seems to know these callbacks and to ignore prompt=none.`,
      "Sign in once by hand to be sure. Session management cannot find out who is signed in.",
    );
  return finding(
    "callbacks",
    "problem",
    `The client ${quoted(clientId)} or all of its callbacks are unknown: the answer is the same as for an unregistered callback (${outline}).`,
    `Check the client ID, and register exactly: ${kept.map(({ callback }) => callback).join(", ")}`,
  );
}

/** The unregistered callbacks: one below a registered one, one on another host. */
function judgeTwins(near: Reception, foreign: Reception): Finding {
  const silent = [near, foreign].find((each) => each.silent);
  if (foreign.back)
    return finding(
      "open-redirect",
      "problem",
      `The OpenID Provider redirects to ${foreign.callback}, which is not registered: an open redirect.`,
      "Configure it to compare callbacks exactly with the registered ones, and do not use it in production before that.",
    );
  if (near.back)
    return finding(
      "open-redirect",
      "warning",
      `The OpenID Provider redirects to ${near.callback}, which only begins like a registered callback.`,
      "Register exact callbacks, without patterns or wildcards.",
    );
  if (silent) return finding("open-redirect", "unknown", `${quoted(silent.outline)}.`);
  return finding("open-redirect", "ok", `No redirect (${near.outline}).`);
}
