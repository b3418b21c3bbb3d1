/** Is the client secret right? One token request with a made-up code, and another with a made-up secret. */
import {
  type AuthenticationMethod,
  authenticate,
  authenticationMethods,
} from "#lib/oidc/client-authentication.ts";
import { type Finding, finding, quoted } from "../finding.ts";
import type { Case } from "../patient.ts";
import { type Answer, Unanswered } from "../prober.ts";
import { noClient } from "./callbacks.ts";

export async function examineClientSecret(patient: Case): Promise<Finding> {
  const { client, metadata } = patient;
  const unknown = (found: string) => finding("client-secret", "unknown", found);
  if (!client) return unknown(noClient);
  if (!metadata.token_endpoint) return unknown("No token_endpoint is declared.");
  try {
    const [first, second] = authenticationMethods(metadata, client.clientSecret);
    const own = await ask(first, client.clientSecret, patient);
    if (own.status >= 500) return unknown(`The token endpoint answers HTTP ${own.status}.`);
    if (first === "none") return judgePublic(own);
    if (own.status === 401 && second) return await judgeSecond(own, second, patient);
    if (own.error === "invalid_client") return refused(own);
    return judge(own, await ask(first, crypto.randomUUID(), patient));
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    return unknown(`The token endpoint: ${quoted(error.message)}.`);
  }
}

interface Refusal {
  status: number;
  error: string;
}

async function ask(
  method: AuthenticationMethod,
  secret: string | undefined,
  { client, metadata, app, prober }: Case,
): Promise<Refusal> {
  const { clientId = "" } = client ?? {};
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    code: `made-up-${crypto.randomUUID()}`,
    redirect_uri: `${app.baseUrls[0]}/oauth2client`,
    code_verifier: crypto.randomUUID() + crypto.randomUUID(),
  });
  const headers = new Headers({
    accept: "application/json",
    "content-type": "application/x-www-form-urlencoded",
  });
  authenticate(method, { clientId, clientSecret: secret }, body, headers);
  const answer = await prober.ask(metadata.token_endpoint ?? "", {
    method: "POST",
    headers,
    body: `${body}`,
  });
  return { status: answer.status, error: errorIn(answer) };
}

function errorIn({ text, status }: Answer): string {
  try {
    const { error } = Object(JSON.parse(text)) as { error?: unknown };
    if (typeof error === "string") return quoted(error, 60);
  } catch {
    // Some OPs answer with a page.
  }
  return `HTTP ${status}`;
}

const todo =
  "Check the secret and the authentication method (client_secret_basic or client_secret_post) at the OpenID Provider. A client without a secret must be registered as public.";

const refused = ({ error }: Refusal, how = ""): Finding =>
  finding("client-secret", "problem", `The OpenID Provider rejects the client: ${error}${how}.`, todo);

/** The apps use the second method too once the first is refused. */
async function judgeSecond(first: Refusal, method: AuthenticationMethod, patient: Case): Promise<Finding> {
  const own = await ask(method, patient.client?.clientSecret, patient);
  if (own.status === 401 || own.error === "invalid_client")
    return refused(first, `, by client_secret_basic and by ${method}`);
  const judged = judge(own, await ask(method, crypto.randomUUID(), patient));
  if (judged.result !== "ok") return judged;
  return finding(
    "client-secret",
    "warning",
    `client_secret_basic is refused (${first.error}), although it is declared; the apps use ${method} then. ${judged.found}`,
    `Register the client for ${method}, or have the OpenID Provider accept client_secret_basic.`,
  );
}

function judgePublic(own: Refusal): Finding {
  if (own.error === "invalid_grant")
    return finding("client-secret", "ok", "The client is public: it is accepted without a secret.");
  if (own.error === "invalid_client") return refused(own);
  return finding(
    "client-secret",
    "unknown",
    `The response to a made-up code without a secret is ${own.error}.`,
  );
}

function judge(own: Refusal, madeUp: Refusal): Finding {
  if (own.error !== madeUp.error || own.status !== madeUp.status) {
    const same = own.error === "invalid_grant" && madeUp.error === "invalid_client";
    const note = same ? "" : " RFC 6749 5.2 calls these invalid_grant and invalid_client.";
    return finding(
      "client-secret",
      "ok",
      `Accepted: the response to a made-up code is ${own.error}, to a made-up secret ${madeUp.error}.${note}`,
    );
  }
  if (own.error === "invalid_grant")
    return finding(
      "client-secret",
      "unknown",
      "The response to a made-up secret is also invalid_grant: the OpenID Provider checks the code first.",
    );
  return finding(
    "client-secret",
    "problem",
    `The response is the same as for a made-up secret: ${own.error}.`,
    todo,
  );
}
