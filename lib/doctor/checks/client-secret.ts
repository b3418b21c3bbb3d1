/** Is the client secret right? One token request with a made-up code, and another with a made-up secret. */
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
    const own = await ask(client.clientSecret, patient);
    if (own.status >= 500) return unknown(`The token endpoint answers HTTP ${own.status}.`);
    if (client.clientSecret === undefined) return judgePublic(own);
    if (own.error === "invalid_client") return refused(own);
    return judge(own, await ask(crypto.randomUUID(), patient));
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    return unknown(`The token endpoint: ${quoted(error.message)}.`);
  }
}

interface Refusal {
  status: number;
  error: string;
}

async function ask(secret: string | undefined, { client, metadata, app, prober }: Case): Promise<Refusal> {
  const { clientId = "" } = client ?? {};
  const methods = metadata.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
  const basic = secret !== undefined && methods.includes("client_secret_basic");
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    code: `made-up-${crypto.randomUUID()}`,
    redirect_uri: `${app.baseUrls[0]}/oauth2client`,
    code_verifier: crypto.randomUUID() + crypto.randomUUID(),
    ...(basic ? {} : { client_id: clientId }),
    ...(secret !== undefined && !basic ? { client_secret: secret } : {}),
  });
  const headers = {
    accept: "application/json",
    "content-type": "application/x-www-form-urlencoded",
    ...(basic ? { authorization: basicCredentials(clientId, secret) } : {}),
  };
  const answer = await prober.ask(metadata.token_endpoint ?? "", {
    method: "POST",
    headers,
    body: `${body}`,
  });
  return { status: answer.status, error: errorIn(answer) };
}

/** Both are form-encoded first (RFC 6749 2.3.1). */
function basicCredentials(clientId: string, secret: string): string {
  const encoded = (text: string) => new URLSearchParams({ "": text }).toString().slice(1);
  return `Basic ${Buffer.from(`${encoded(clientId)}:${encoded(secret)}`).toString("base64")}`;
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

const refused = ({ error }: Refusal): Finding =>
  finding("client-secret", "problem", `The OpenID Provider rejects the client: ${error}.`, todo);

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
