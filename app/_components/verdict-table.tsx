import type { Verdict } from "#lib/oidc/verdict.ts";

const badges = {
  ok: "badge badge-ok",
  failed: "badge badge-bad",
  warning: "badge badge-warn",
  skipped: "badge",
} as const;

/** Every check of a token, with its clause, result and finding. */
export function VerdictTable({ verdicts }: { verdicts: readonly Verdict[] }) {
  return (
    <div className="overflow-x-auto">
      <table className="grid-table">
        <thead>
          <tr>
            <th scope="col">Check</th>
            <th scope="col">Result</th>
            <th scope="col">Detail</th>
          </tr>
        </thead>
        <tbody>
          {verdicts.map(({ check, clause, result, expected, actual }) => (
            <tr key={check}>
              <td>
                <code>{check}</code>
                <div className="muted">{clause}</div>
              </td>
              <td>
                <span className={badges[result]}>{result}</span>
              </td>
              <td className="mono">
                {expected && <div>expected {expected}</div>}
                {actual && <div>{expected ? `got ${actual}` : actual}</div>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
