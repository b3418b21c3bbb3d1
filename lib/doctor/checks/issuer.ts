/** Issuer identifiers are compared byte for byte (Discovery 4.3). The finding says how they differ. */
import { templateAdvice } from "#lib/oidc/issuer-template.ts";
import { type Finding, finding, quoted } from "../finding.ts";

export function examineIssuer(configured: string, declared: unknown): Finding {
  if (typeof declared !== "string") {
    return finding(
      "issuer",
      "problem",
      "The discovery document has no issuer.",
      "Configure the OpenID Provider to declare it.",
    );
  }
  const template = templateAdvice(declared);
  if (template) {
    const todo = `Instead of ${quoted(configured)}, ${template.todo} (OP_ISSUER or --issuer). A client for accounts of several tenants needs an app that accepts several issuers; this one compares exactly.`;
    return finding("issuer", "problem", `${template.meaning}.`, todo);
  }
  if (configured === declared) return finding("issuer", "ok", quoted(declared));
  return finding(
    "issuer",
    "problem",
    `The configured issuer is ${quoted(configured)}, but the OpenID Provider declares ${quoted(declared)}: ${differenceOf(configured, declared)}.`,
    `Configure exactly ${quoted(declared)} (OP_ISSUER or --issuer), or change the issuer at the OpenID Provider.`,
  );
}

/** How two different issuers differ, and at which byte. */
export function differenceOf(configured: string, declared: string): string {
  const at = firstDifference(configured, declared);
  return `${kindOf(configured, declared)}; byte ${at + 1} is ${byteAt(configured, at)} and not ${byteAt(declared, at)}`;
}

function kindOf(configured: string, declared: string): string {
  if (configured === `${declared}/`) return "there is an extra slash at the end";
  if (`${configured}/` === declared) return "a slash is missing at the end";
  const [ours, theirs] = [URL.parse(configured), URL.parse(declared)];
  if (!ours || !theirs) return "one of them is not a URL";
  if (ours.protocol !== theirs.protocol) return `${schemeOf(ours)} is not ${schemeOf(theirs)}`;
  if (ours.href === theirs.href) return "the same URL, but written differently";
  if (ours.hostname !== theirs.hostname) return "another host name, even if it is the same host";
  return ours.port === theirs.port ? "another path" : "another port";
}

const schemeOf = ({ protocol }: URL) => protocol.replace(":", "");

/** Not a Buffer: this also runs in browsers. */
const bytesOf = (text: string) => new TextEncoder().encode(text);

function firstDifference(a: string, b: string): number {
  const [left, right] = [bytesOf(a), bytesOf(b)];
  const at = left.findIndex((byte, index) => byte !== right[index]);
  return at === -1 ? left.length : at;
}

function byteAt(text: string, at: number): string {
  const byte = bytesOf(text)[at];
  if (byte === undefined) return "the end";
  return byte > 0x20 && byte < 0x7f
    ? `"${String.fromCharCode(byte)}"`
    : `0x${byte.toString(16).padStart(2, "0")}`;
}
