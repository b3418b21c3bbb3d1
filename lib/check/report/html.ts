/** report.html: one file without scripts or external resources. */
import { createHash } from "node:crypto";
import { raw } from "hono/html";
import { oneLine } from "#lib/net/foreign-text.ts";
import { type Html, html } from "#lib/ui/html.ts";
import { type CheckResult, type Verdict, verdicts } from "../model/check.ts";
import { checkHtml } from "./html-check.ts";
import { filterId, style } from "./html-style.ts";
import { countsOf } from "./progress.ts";
import { type CapabilityReport, durationWords, families, familyOf, type Report } from "./report.ts";
import { outcomeOf, type Section, sectionsOf } from "./sections.ts";

/** Allows only this style sheet. */
const policy = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; base-uri 'none'; form-action 'none'`;

/** A complete document. All text from the OP is escaped. */
export function htmlOf(report: Report): string {
  const { issuer, checks } = report;
  const { good, text } = outcomeOf(report);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${oneLine(text)} · Single logout of ${oneLine(issuer)}</title>
<style>${raw(style)}</style>
</head>
<body>
<header class="topbar"><div><span class="brand">Single Logout Playground</span></div></header>
<main class="page">
<h1>Single logout of ${oneLine(issuer)}</h1>
<p class="note ${good ? "good" : "bad"}">${text}</p>
${facts(report)}
${(report.notes ?? []).map((note) => html`<p class="note warn">${oneLine(note)}</p>`)}
<section class="card"><h2>Families and verdicts</h2>
${matrix(checks)}
<p class="muted filter-hint">Choose a number, a family or a verdict to filter the results; All shows everything.</p>
</section>
${capabilities(report)}
${sectionsOf(report).map(sectionHtml)}
</main>
</body>
</html>
`.toString();
}

function facts({ driver, startedAt, durationMs, checks }: Report): Html {
  const modes = [...new Set(checks.map(({ cookieMode }) => cookieMode.replace("cookies-", "")))];
  const rows = {
    Driver: oneLine(driver),
    Started: `${startedAt.slice(0, 16).replace("T", " ")} UTC`,
    Took: durationWords(durationMs),
    "Third-party cookies": modes.join(" and "),
    Results: countsOf(checks),
  };
  return html`<dl class="facts">${Object.entries(rows).map(([term, text]) => html`<div><dt>${term}</dt><dd>${text}</dd></div>`)}</dl>`;
}

/** Families by verdicts; every number filters the results that it counts. */
function matrix(checks: readonly CheckResult[]): Html {
  const count = (family?: string, verdict?: Verdict) =>
    checks.filter((each) => (!family || familyOf(each) === family) && (!verdict || each.verdict === verdict))
      .length;
  const row = (
    family: string,
  ) => html`<tr><th scope="row">${choice(families[family] ?? family, [family])}</th>
${verdicts.map((verdict) => cell(count(family, verdict), family, verdict))}<td>${count(family)}</td></tr>
`;
  const present = Object.keys(families).filter((family) => count(family) > 0);
  return html`<table class="matrix">
<thead><tr><th scope="col">${choice("All", [], true)}</th>
${verdicts.map((verdict) => html`<th scope="col">${count(undefined, verdict) > 0 ? choice(verdict, [verdict]) : verdict}</th>`)}<th scope="col">all</th></tr></thead>
<tbody>
${present.map(row)}</tbody>
</table>`;
}

function cell(count: number, family: string, verdict: Verdict): Html {
  if (count === 0) return html`<td class="none">·</td>`;
  const what = html`<span class="hidden">${families[family]}, ${verdict}: </span>${count}`;
  return html`<td class="${verdict}">${choice(what, [family, verdict])}</td>`;
}

const choice = (label: Html | string, classes: readonly string[], checked = false): Html =>
  html`<label><input type="radio" name="only" id="${filterId(...classes)}" ${checked ? html`checked` : ""}>${label}</label>`;

function capabilities({ capabilities: all }: Report): Html {
  const word = (holds: CapabilityReport["configured"], no = "no") =>
    html`<td class="${holds === true ? "yes" : "no"}">${holds === true ? "yes" : holds || no}</td>`;
  const rows = all.map(
    ({ capability, declared, configured, observed }) => html`<tr><th scope="row">${capability}</th>
${word(declared)}${word(configured)}${word(observed, "not seen")}</tr>
`,
  );
  return html`<section class="card"><h2>Capabilities</h2>
<table><thead><tr><th scope="col">Capability</th><th scope="col">Declared</th><th scope="col">Configured</th><th scope="col">Observed</th></tr></thead>
<tbody>
${rows}</tbody></table></section>`;
}

function sectionHtml({ name, title, checks }: Section): Html {
  const open = name === "surprises" || name === "failures";
  return html`<section class="checks ${name}"><h2>${title} <span class="muted">${checks.length}</span></h2>
${checks.map((check) => checkHtml(check, open))}</section>
`;
}
