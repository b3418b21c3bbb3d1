/** TLS between this server and the OpenID Provider: chain, name and expiry; also where plain http is harmless. */
import { isLoopback } from "#lib/net/loopback.ts";
import { bySeverity, type Finding, finding, quoted } from "../finding.ts";
import type { Case } from "../patient.ts";
import { Unanswered } from "../prober.ts";
import { type Certificate, certificateOf } from "./certificate.ts";
import { endpointsOf } from "./discovery.ts";

const dayMs = 24 * 60 * 60 * 1000;
/** Fewer days left are a warning. */
const fewDays = 14;

/** The issuer's host, and the others that its document names. */
export async function examineTransport({
  issuer,
  metadata,
  prober,
  now,
}: Pick<Case, "issuer" | "metadata" | "prober" | "now">): Promise<Finding> {
  const urls = [issuer, ...endpointsOf({ ...metadata })];
  const onHttp = urls.filter((url) => new URL(url).protocol === "http:");
  const plain = onHttp.find((url) => !isLoopback(new URL(url).hostname)) ?? onHttp[0];
  if (plain) return plainHttp(plain, issuer);
  const origins = [...new Set(urls.map((url) => new URL(url).origin))];
  const found = await Promise.all(origins.map((origin) => examineHost(origin, { prober, now })));
  return bySeverity(found)[0] as Finding;
}

function plainHttp(url: string, issuer: string): Finding {
  const { hostname, origin } = new URL(url);
  if (new URL(issuer).protocol === "https:")
    return finding(
      "tls",
      "problem",
      `The issuer is on https, but ${origin} is plain http: the app sends nothing there.`,
      "Configure the OpenID Provider to declare https endpoints; behind a proxy, it may not know that it is on https.",
    );
  if (isLoopback(hostname)) return finding("tls", "ok", `${origin} is plain http, but on this machine.`);
  return finding(
    "tls",
    "warning",
    `${origin} is plain http.`,
    "Put the OpenID Provider on https; use http only for tests in a private network.",
  );
}

async function examineHost(origin: string, { prober, now }: Pick<Case, "prober" | "now">): Promise<Finding> {
  try {
    prober.spend(origin);
    return judge(await certificateOf(origin), origin, now());
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    return finding("tls", "unknown", `${origin}: ${quoted(error.message)}.`, "See the finding on discovery.");
  }
}

function judge(certificate: Certificate, origin: string, now: number): Finding {
  const { validFrom, validTo, names, fits, host, distrust } = certificate;
  const problem = (found: string, todo: string) => finding("tls", "problem", `${origin}: ${found}`, todo);
  const days = Math.floor((validTo - now) / dayMs);
  if (validTo <= now)
    return problem(
      `the certificate expired on ${dateOf(validTo)}.`,
      "Renew the OpenID Provider's certificate.",
    );
  if (validFrom > now)
    return problem(
      `the certificate is not valid before ${dateOf(validFrom)}.`,
      "Check this server's clock: it may be slow.",
    );
  if (distrust)
    return problem(`this server does not trust the certificate (${distrust}).`, remedyFor(certificate));
  if (!fits)
    return problem(
      `the certificate is for ${quoted(names)}, not for ${host}.`,
      `Use one of those names in the issuer, or get a certificate for ${host}.`,
    );
  const good = `${origin}: trusted, signed by ${quoted(certificate.authority)}, valid until ${dateOf(validTo)} (${days} days left).`;
  return days < fewDays
    ? finding("tls", "warning", good, "Renew the OpenID Provider's certificate soon.")
    : finding("tls", "ok", good);
}

function remedyFor({ selfSigned, authority, sha256 }: Certificate): string {
  const which = selfSigned
    ? `It is self-signed: save the certificate itself (SHA-256 ${sha256}) as a PEM file`
    : `It was signed by ${quoted(authority)}: save that authority's certificate as a PEM file, or let the server send the intermediate certificates`;
  return `${which} and pass it to the app as CA_FILE, or to this command as --ca FILE; never turn verification off. Browsers must trust it, too.`;
}

const dateOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
