/** The style of report.html, in the colours of the playground's pages. */
import { readFileSync } from "node:fs";
import { verdicts } from "../model/check.ts";
import { families } from "./report.ts";

/** The colours of the playground's pages, light and dark. */
const [palette = ""] =
  /:root \{[^}]*\}/.exec(readFileSync(new URL("../../../app/globals.css", import.meta.url), "utf8")) ?? [];

const base = `
${palette}
:root { --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--canvas); color: var(--ink); font: 15px/1.6 ui-sans-serif, system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.3; margin: 0; text-wrap: balance; }
h2 { font-size: 1.125rem; margin: 0; }
p, ul { margin: 0; }
ul { padding-left: 1.25rem; }
a { color: var(--accent); text-underline-offset: 3px; }
code, pre { font-family: var(--mono); font-size: 13px; }
code { background: var(--sunken); border-radius: 4px; padding: 1px 4px; }
pre { margin: 0; padding: 10px 12px; background: var(--sunken); border: 1px solid var(--line); border-radius: 8px; line-height: 1.5; white-space: pre-wrap; }
summary { cursor: pointer; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.topbar { background: var(--surface); border-bottom: 2px solid var(--accent); }
.topbar > div, .page { max-width: 60rem; margin: 0 auto; padding: 12px 16px; }
.brand { font-weight: 600; display: flex; align-items: center; gap: 8px; }
.brand::before { content: ""; width: 12px; height: 12px; border-radius: 50%; background: var(--accent); }
.page, .checks { display: flex; flex-direction: column; gap: 24px; }
.page { padding-block: 32px; }
.checks { gap: 10px; }
.card { background: var(--surface); border: 1px solid var(--line); border-radius: 12px; padding: 16px 20px; min-width: 0; display: flex; flex-direction: column; gap: 12px; }
.note { border: 1px solid var(--line); border-left: 4px solid var(--ok); border-radius: 8px; background: var(--surface); padding: 12px 16px; font-weight: 600; }
.note.warn { border-left-color: var(--warn); font-weight: inherit; }
.note.bad { border-left-color: var(--bad); }
.muted { color: var(--muted); font-size: 14px; }
.facts { display: flex; flex-wrap: wrap; gap: 4px 24px; margin: 0; font-size: 14px; }
.facts div { display: flex; gap: 6px; }
.facts dt { color: var(--muted); }
.facts dd { margin: 0; min-width: 0; }
.yes { color: var(--ok); }
.no { color: var(--muted); }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th { font-weight: 500; text-align: left; color: var(--muted); }
th, td { padding: 6px 8px 6px 0; border-top: 1px solid var(--line); vertical-align: middle; }
thead th { border-top: 0; overflow-wrap: normal; }
`;

const matrix = `
.matrix th, .matrix td { padding: 0; }
.matrix td, .matrix thead th + th { text-align: center; width: 13%; }
.matrix label { display: block; padding: 6px 4px; border-radius: 6px; cursor: pointer; font-variant-numeric: tabular-nums; }
.matrix tr > th:first-child label { padding-left: 8px; }
.matrix label:hover { background: var(--sunken); }
.matrix label:has(:checked) { background: var(--accent); color: var(--accent-ink); }
.matrix label:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: 2px; }
.matrix input { position: absolute; opacity: 0; pointer-events: none; }
.matrix td { font-weight: 600; }
.matrix td.fail { color: var(--bad); }
.matrix td.warn { color: var(--warn); }
.matrix td.pass { color: var(--ok); }
.matrix td.info, .matrix td.skip, .matrix .none { color: var(--muted); font-weight: 400; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
`;

const checks = `
.check { background: var(--surface); border: 1px solid var(--line); border-left: 4px solid var(--line); border-radius: 8px; padding: 10px 16px; min-width: 0; scroll-margin-top: 12px; }
.check.fail { border-left-color: var(--bad); }
.check.warn { border-left-color: var(--warn); }
.check.pass { border-left-color: var(--ok); }
.check > summary { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 10px; list-style: none; }
.check > summary::-webkit-details-marker { display: none; }
.check > summary h3 { font-size: 15px; font-weight: 500; margin: 0; flex: 1 1 14rem; min-width: 0; }
.check[open] > summary h3 { font-weight: 600; }
.id { font-family: var(--mono); font-size: 13px; color: var(--muted); }
.badge { display: inline-block; min-width: 2.9rem; text-align: center; border: 1px solid currentcolor; border-radius: 999px; padding: 0 8px; font-size: 12px; font-weight: 600; color: var(--muted); }
.fail > summary > .badge { color: var(--bad); }
.warn > summary > .badge { color: var(--warn); }
.pass > summary > .badge { color: var(--ok); }
.story { display: grid; grid-template-columns: minmax(7rem, max-content) minmax(0, 1fr); gap: 8px 16px; margin: 10px 0 4px; }
.story dt { color: var(--muted); font-size: 14px; }
.story dd { margin: 0; display: flex; flex-direction: column; gap: 8px; min-width: 0; }
.check.fail .story > dd:first-of-type { font-weight: 500; }
.evidence { display: flex; flex-direction: column; gap: 10px; margin: 8px 0 0; padding: 0; list-style: none; }
.evidence .at { color: var(--muted); font-size: 13px; font-variant-numeric: tabular-nums; }
@media (max-width: 36rem) {
  .page { padding-inline: 12px; gap: 18px; }
  .card { padding: 12px; }
  .matrix { font-size: 13px; }
  .matrix label { padding-inline: 2px; }
  .check > summary h3 { flex-basis: 100%; order: 1; }
  .story { grid-template-columns: minmax(0, 1fr); gap: 2px; }
  .story dd { margin-bottom: 8px; }
}
@media print {
  :root { color-scheme: light; }
  body { background: #fff; font-size: 11pt; }
  .card, .check, .note { break-inside: avoid; border-radius: 0; }
  .check.fail, .check.warn { break-inside: auto; }
  .check.fail::details-content, .check.fail details::details-content { content-visibility: visible; display: block; height: auto; }
  .filter-hint { display: none; }
}
`;

/** A cell of the matrix filters the results that it counts, without a script. */
function filters(): string {
  const letters = Object.keys(families);
  const chosen = [
    ...letters.map((family) => [family]),
    ...verdicts.map((verdict) => [verdict]),
    ...letters.flatMap((family) => verdicts.map((verdict) => [family, verdict])),
  ];
  return chosen
    .map((classes) => {
      const on = `:root:has(#${filterId(...classes)}:checked)`;
      const wanted = classes.map((name) => `.${name}`).join("");
      return `${on} .check:not(${wanted}), ${on} .checks:not(:has(${wanted})) { display: none; }\n`;
    })
    .join("");
}

/** The id of the radio button that shows a family, a verdict, a verdict of a family, or (without any) everything. */
export const filterId = (...classes: readonly string[]): string => ["only", ...classes].join("-");

export const style = base + matrix + checks + filters();
