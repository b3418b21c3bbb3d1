/** One result in report.html. */

import { detailText } from "#lib/cli/visible.ts";
import { oneLine, visible } from "#lib/net/foreign-text.ts";
import { type Html, html } from "#lib/ui/html.ts";
import { guideOf, sections } from "../catalogue/guide.ts";
import { curlHint } from "../evidence/evidence.ts";
import type { CheckResult, Evidence } from "../model/check.ts";
import { isStale } from "../model/expectations.ts";
import { guideHtml } from "./guide-html.ts";
import { cookieWords, familyOf } from "./report.ts";
import { expectationOf } from "./sections.ts";

/** @param open whether it is unfolded */
export function checkHtml(check: CheckResult, open: boolean): Html {
  const { id, title, verdict, clause, severity } = check;
  const mode = cookieWords(check);
  return html`<details class="check ${familyOf(check)} ${verdict}" id="${anchorOf(check)}" ${open ? html`open` : ""}>
<summary><span class="badge">${verdict}</span> <span class="id">${id}</span> <h3>${title}${mode ? html` <span class="muted">(${mode})</span>` : ""}${isStale(check) ? html` <span class="muted">(not as expected)</span>` : ""}</h3> <span class="muted">${clause} · ${severity}</span></summary>
<dl class="story">
${rows(check)}</dl>
</details>
`;
}

const anchorOf = ({ id, cookieMode }: CheckResult): string =>
  cookieMode === "cookies-blocked" ? `${id}-${cookieMode}` : id;

function rows(check: CheckResult): Html[] {
  const { id, title, reason, curl, evidence } = check;
  const guide = guideOf(id);
  const known = expectationOf(check);
  const shown: [term: string, text: Html | string][] = [
    ["Observed", observed(check, reason)],
    ["Expected", guide ? guideHtml(guide.proves) : title],
    ["Expectation", known && html`<p>${oneLine(known)}</p>`],
    [sections.impact, guide && check.verdict !== "pass" ? guideHtml(guide.impact) : ""],
    [sections.fix, guide && check.verdict !== "pass" ? guideHtml(guide.fix) : ""],
    ["By hand", curl ? html`<pre>${visible(curl)}</pre>${hintHtml(curl)}` : ""],
    ["Evidence", evidence.length > 0 ? evidenceHtml(evidence) : ""],
  ];
  return shown.filter(([, text]) => text).map(([term, text]) => html`<dt>${term}</dt><dd>${text}</dd>\n`);
}

function hintHtml(curl: string): Html {
  const hint = curlHint(curl);
  return hint ? html`<p class="muted">${hint}</p>` : html``;
}

function observed({ verdict }: CheckResult, reason: string): Html {
  const said = reason ? oneLine(reason) : verdict === "pass" ? "as the clause requires" : "";
  return html`<p>${said}</p>`;
}

function evidenceHtml(evidence: readonly Evidence[]): Html {
  const entry = ({ at, what, detail }: Evidence) =>
    html`<li><span class="at">+${(at / 1000).toFixed(2)} s</span> ${oneLine(what)}<pre>${detailText(detail)}</pre></li>`;
  return html`<details><summary>${evidence.length} ${evidence.length === 1 ? "entry" : "entries"}</summary>
<ol class="evidence">${evidence.map(entry)}</ol>
</details>`;
}
