/** The discovery document as the server gets it (Discovery 4.1 and 4.2). */
import { discoveryUrl } from "#lib/net/discovery-url.ts";
import type { Metadata } from "#lib/oidc/provider.ts";
import { usableMetadata } from "#lib/oidc/usable-metadata.ts";
import { type Finding, finding, quoted } from "../finding.ts";
import { type Answer, outlineOf, type Prober, redirectOf, Unanswered } from "../prober.ts";
import { examineIssuer } from "./issuer.ts";

interface Discovered {
  findings: Finding[];
  /** Undefined without a usable document. */
  metadata?: Metadata;
}

export async function examineDiscovery(issuer: string, prober: Prober): Promise<Discovered> {
  const url = discoveryUrl(issuer);
  try {
    const answer = await prober.ask(url, { headers: { accept: "application/json" } });
    const document = documentOf(answer);
    if (!document) return { findings: [noDocument(answer)] };
    const { issuer: declared } = document;
    const { value, ignored } = usableMetadata(document);
    // Only the configured issuer may vouch for other hosts.
    if (declared === issuer) for (const endpoint of endpointsOf(value)) prober.vouch(endpoint);
    const findings = [served(answer), values(ignored), examineIssuer(issuer, declared)];
    return { findings, metadata: value as unknown as Metadata };
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    const todo =
      "Start the OpenID Provider, check the issuer's host and port, and check that this server can connect to it.";
    return { findings: [finding("discovery", "problem", `${url}: ${quoted(error.message)}.`, todo)] };
  }
}

function documentOf({ status, text }: Answer): Record<string, unknown> | undefined {
  if (status !== 200) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function noDocument(answer: Answer): Finding {
  const problem = (found: string, todo: string) => finding("discovery", "problem", found, todo);
  const { url, status } = answer;
  if (redirectOf(answer))
    return problem(
      `${url} answers ${outlineOf(answer)}, and redirects are not followed: the document must be at exactly this URL.`,
      "If the OpenID Provider's issuer is the one that the redirect leads to, configure that.",
    );
  if (status !== 200)
    return problem(
      `${url} answers HTTP ${status}.`,
      "Look up the issuer at the OpenID Provider; its path often has a realm or tenant.",
    );
  return problem(
    `${url} does not answer with a JSON object.`,
    "Check whether a login page or a proxy answers there.",
  );
}

function served({ url, headers, sentAt, receivedAt }: Answer): Finding {
  const type = headers.get("content-type") ?? "none";
  const found = `${url} answered in ${receivedAt - sentAt} ms.`;
  if (type.split(";")[0]?.trim().toLowerCase() === "application/json")
    return finding("discovery", "ok", found);
  return finding(
    "discovery",
    "warning",
    `${found} Its content type is ${quoted(type)}, not application/json.`,
    "Configure the OpenID Provider to send application/json (Discovery 4.2): some clients reject anything else.",
  );
}

const serverSide = ["authorization_endpoint", "token_endpoint", "jwks_uri", "end_session_endpoint"];

/** The endpoints that a server sends requests to. */
export const endpointsOf = (metadata: Readonly<Record<string, unknown>>): string[] =>
  serverSide.map((name) => metadata[name]).filter((url) => typeof url === "string");

function values(ignored: readonly string[]): Finding {
  if (ignored.length === 0) return finding("discovery-values", "ok", "All of them are of the right type.");
  const found = `Ignored: ${quoted(ignored.join("; "), 600)}.`;
  return finding("discovery-values", "warning", found, "Correct them at the OpenID Provider.");
}
