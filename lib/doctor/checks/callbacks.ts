/** Whether the OpenID Provider knows the client and its callbacks. It is asked with `prompt=none`: to a good callback
 * it must send an error without showing anything (Core 3.1.2.6), to any other it must not redirect (RFC 6749 4.1.2.1).
 * What its pages say is never looked at. */
import { redirectUris, sortedWords } from "#lib/oidc/client-metadata.ts";
import { type Finding, finding, quoted } from "../finding.ts";
import type { Case } from "../patient.ts";
import { type Answer, outlineOf, redirectOf, Unanswered } from "../prober.ts";

interface Reception {
  callback: string;
  outline: string;
  /** Whether the browser would be at this callback now. */
  back: boolean;
  /** Whether it would bring the `state` along. */
  stateKept: boolean;
  /** What the OP would tell the app. */
  error: string | undefined;
  /** Whether that says nothing about the callback: no answer, or the OP's own fault. */
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
  "No client is known: configure CLIENT_ID, register the app, or name one with --client ID:SECRET.";

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
    // Of a verifier that nobody has: no code of this request is of use.
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

/** Whether an address is this one, whatever parameters were added. */
export function isAt(target: URL, wanted: string): boolean {
  const { origin, pathname } = new URL(wanted);
  return target.origin === origin && target.pathname === pathname;
}

/** What an OP says where only a page would go on: nobody is signed in (Core 3.1.2.6). */
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
      "Look into the OpenID Provider's log.",
    );
  if (back.length === 0) return nobodyBack(kept, wrong, clientId);
  if (kept.length > 0)
    return finding(
      "callbacks",
      "problem",
      `The client ${quoted(clientId)} is known, but not sent back to ${kept.map(({ callback, outline }) => `${callback} (${outline})`).join(", ")}.`,
      "Register each of these callbacks for the client, to the letter.",
    );
  return judgeErrors(back, clientId);
}

function judgeErrors(back: Reception[], clientId: string): Finding {
  const forgetful = back.find(({ stateKept }) => !stateKept);
  if (forgetful)
    return finding(
      "callbacks",
      "problem",
      `${forgetful.callback} gets another state than was sent, or none: the app refuses such an answer.`,
      "Have the OpenID Provider return state unchanged (RFC 6749 4.1.2).",
    );
  const refused = back.find(({ error }) => error !== undefined && !expectedErrors.includes(error));
  if (refused)
    return finding(
      "callbacks",
      refused.error === "unauthorized_client" ? "problem" : "warning",
      `${refused.callback} is accepted, but the request is answered with ${quoted(refused.error ?? "")}, not with login_required.`,
      "Allow the client the response type code and the scope openid, with prompt=none.",
    );
  const urls = back.map(({ callback }) => callback).join(", ");
  return finding("callbacks", "ok", `The client ${quoted(clientId)} is known, and sent back to ${urls}.`);
}

function nobodyBack(kept: Reception[], wrong: Reception, clientId: string): Finding {
  const { outline = "" } = kept[0] ?? {};
  if (kept.some((each) => each.outline !== wrong.outline))
    return finding(
      "callbacks",
      "warning",
      `Nobody is sent back at once (${outline}), but a callback that is not registered is answered otherwise (${wrong.outline}): these seem to be known, and prompt=none not to be heeded.`,
      "Sign in once by hand. Session management will not be able to ask who is signed in.",
    );
  return finding(
    "callbacks",
    "problem",
    `The client ${quoted(clientId)} is not known, or none of its callbacks is: they are answered as one that is not registered (${outline}).`,
    `Look up the client ID, and register to the letter: ${kept.map(({ callback }) => callback).join(", ")}`,
  );
}

/** The negative twins: one beside a good callback, one anywhere. */
function judgeTwins(near: Reception, foreign: Reception): Finding {
  const silent = [near, foreign].find((each) => each.silent);
  if (foreign.back)
    return finding(
      "open-redirect",
      "problem",
      `The OpenID Provider redirects to ${foreign.callback}, which nobody registered: an open redirect.`,
      "Have it compare callbacks to the letter with those that are registered; do not use it for real before that.",
    );
  if (near.back)
    return finding(
      "open-redirect",
      "warning",
      `The OpenID Provider redirects to ${near.callback}, which is only like a registered one.`,
      "Register callbacks to the letter, without a pattern or a star.",
    );
  if (silent) return finding("open-redirect", "unknown", `${quoted(silent.outline)}.`);
  return finding("open-redirect", "ok", `Not followed (${near.outline}).`);
}
