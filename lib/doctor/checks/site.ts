/** Same site or cross-site, as browsers see it: by scheme and registrable domain, without the port. */
import { isIP } from "node:net";
import { type Finding, finding } from "../finding.ts";
import type { Case } from "../patient.ts";

type Relation = "same site" | "cross-site" | "unsure";

/** `unsure`: it depends on the public suffix list. */
export function relationOf(a: URL, b: URL): Relation {
  if (a.protocol !== b.protocol) return "cross-site"; // sites are schemeful
  if (a.hostname === b.hostname) return "same site";
  const [ours, theirs] = [domainOf(a), domainOf(b)];
  if (!ours || ours !== theirs) return "cross-site";
  // Short names below a country's domain, such as co.uk and com.au, are mostly public suffixes.
  return /^[a-z]{1,3}\.[a-z]{2}$/.test(ours) ? "unsure" : "same site";
}

/** The last two labels, which every registrable domain has; undefined for an address or a single label. */
function domainOf({ hostname }: URL): string | undefined {
  if (isIP(hostname.replace(/^\[|\]$/g, ""))) return undefined;
  const labels = hostname.split(".");
  return labels.length > 1 ? labels.slice(-2).join(".") : undefined;
}

export function examineSite({ issuer, app, metadata }: Pick<Case, "issuer" | "app" | "metadata">): Finding {
  const iframe = metadata.check_session_iframe;
  const op = new URL(typeof iframe === "string" && URL.canParse(iframe) ? iframe : issuer);
  const homes = app.baseUrls.map((base) => ({ base, relation: relationOf(new URL(base), op) }));
  const at = (wanted: Relation) =>
    homes.filter(({ relation }) => relation === wanted).map(({ base }) => base);
  const [cross, unsure, same] = [at("cross-site"), at("unsure"), at("same site")];
  if (cross.length > 0)
    return finding(
      "site",
      "warning",
      `To a browser, ${op.origin} is a different site from ${cross.join(", ")}${same.length > 0 ? ` (the same as ${same.join(", ")})` : ""}. ${consequence(op)}`,
      "For session management, put the app and the OpenID Provider on one registrable domain and one scheme. Back-channel logout works either way, and so does front-channel logout, because /fclogout needs no cookie.",
    );
  if (unsure.length > 0)
    return finding(
      "site",
      "unknown",
      `${op.origin} and ${unsure.join(", ")} may be one site, or two if their common domain is a public suffix.`,
      "Look up the domain at https://publicsuffix.org/ .",
    );
  return finding(
    "site",
    "ok",
    `To a browser, ${op.origin} is the same site as ${remark(op, app.baseUrls)}: no cookie in an iframe is third-party.`,
  );
}

function consequence({ protocol }: URL): string {
  return protocol === "https:"
    ? "Iframes in the app's pages get its cookies only if they are SameSite=None and the browser does not block third-party cookies. Otherwise session management and silent requests fail."
    : "On http its cookies cannot be SameSite=None, so iframes in the app's pages do not get them: session management and silent requests fail.";
}

/** Hosts that share only a domain are two sites if it is a public suffix. */
function remark(op: URL, baseUrls: readonly string[]): string {
  const sharing = baseUrls.some((base) => new URL(base).hostname !== op.hostname);
  const suffix = sharing ? `, unless ${domainOf(op)} is a public suffix as github.io is` : "";
  return `${baseUrls.join(", ")}${suffix}`;
}
