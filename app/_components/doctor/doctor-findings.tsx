"use client";

import { useEffect, useRef, useState } from "react";
import { type BrowserCase, examineFromBrowser, notLookedYet } from "#lib/doctor/checks/browser.ts";
import {
  bySeverity,
  checks,
  explanationOf,
  type Finding,
  type Result,
  resultNames,
  summaryOf,
  textOf,
} from "#lib/doctor/finding.ts";

interface DoctorFindingsProps {
  heading: string;
  /** When the server ran its checks. */
  at: string;
  /** The server's findings. */
  findings: readonly Finding[];
  browser: BrowserCase;
}

const looks: Record<Exclude<Result, "ok">, { note: string; badge: string }> = {
  problem: { note: "note note-bad", badge: "badge badge-bad" },
  warning: { note: "note note-warn", badge: "badge badge-warn" },
  unknown: { note: "note", badge: "badge" },
};

/** The findings of the server and of this browser, problems first. */
export function DoctorFindings({ heading, at, findings, browser }: DoctorFindingsProps) {
  const own = useBrowserFindings(browser, at);
  const all = bySeverity([...findings, ...own]);
  return (
    <section className="flex flex-col gap-3" aria-labelledby="findings">
      <h2 id="findings">Findings</h2>
      <p role="status">
        {summaryOf(all)} <time className="muted">({at})</time>
      </p>
      <ul className="flex flex-col gap-3">
        {all
          .filter(({ result }) => result !== "ok")
          .map((each) => (
            <FindingItem key={each.check} {...each} />
          ))}
      </ul>
      <Good findings={all.filter(({ result }) => result === "ok")} />
      <CopyText text={textOf(heading, all)} />
    </section>
  );
}

/** @param at when the server ran its checks: the browser runs its own once for each such time */
function useBrowserFindings(
  { issuer, otherIssuer, discoveryUrl, health }: BrowserCase,
  at: string,
): readonly Finding[] {
  const [own, setOwn] = useState(notLookedYet);
  // biome-ignore lint/correctness/useExhaustiveDependencies: new findings of the server need new ones of the browser
  useEffect(() => {
    let gone = false;
    void examineFromBrowser({ issuer, otherIssuer, discoveryUrl, health }).then((found) => {
      if (!gone) setOwn(found);
    });
    return () => {
      gone = true;
    };
  }, [issuer, otherIssuer, discoveryUrl, health, at]);
  return own;
}

/** A finding that needs attention. */
function FindingItem(finding: Finding) {
  const { check, result, found } = finding;
  if (result === "ok") return null;
  return (
    <li className={looks[result].note} data-check={check} data-result={result}>
      <span className="flex flex-wrap items-baseline gap-2">
        <b>{checks[check].title}</b>
        <span className={looks[result].badge}>{resultNames[result]}</span>
      </span>
      <span className="wrap-anywhere">{found}</span>
      {explanationOf(finding).map((line) => (
        <span key={line} className="muted wrap-anywhere">
          {line}
        </span>
      ))}
    </li>
  );
}

/** Passed checks need no explanation. */
function Good({ findings }: { findings: readonly Finding[] }) {
  if (findings.length === 0) return null;
  return (
    <table className="grid-table table-fixed wrap-anywhere">
      <tbody>
        {findings.map(({ check, result, found }) => (
          <tr key={check} data-check={check} data-result={result}>
            <th scope="row" className="w-2/5 sm:w-1/3">
              <span className="badge badge-ok">{resultNames.ok}</span> {checks[check].title}
            </th>
            <td>{found}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function CopyText({ text }: { text: string }) {
  const area = useRef<HTMLTextAreaElement>(null);
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    area.current?.select();
    // Browsers give scripts the clipboard on https and localhost only; elsewhere the text is just selected.
    await navigator.clipboard?.writeText(text).then(() => setCopied(true));
  };
  return (
    <details className="note">
      <summary>Copy as text</summary>
      <div className="field mt-2 gap-3">
        <label htmlFor="findings-text">The findings, without secrets</label>
        <textarea id="findings-text" ref={area} className="mono" rows={12} readOnly value={text} />
        <button type="button" className="btn self-start" onClick={copy}>
          {copied ? "Copied" : "Copy"}
        </button>
      </div>
    </details>
  );
}
