import type { FieldReport, FieldResult, RegistrationReport } from "#lib/oidc/registration-report.ts";

const badges: Record<FieldResult, string> = {
  accepted: "badge badge-ok",
  changed: "badge badge-warn",
  ignored: "badge badge-warn",
  refused: "badge badge-bad",
};

/** What the OP made of each field that this app asked for. */
export function RegistrationReportTable({ report }: { report: RegistrationReport }) {
  return (
    <table className="grid-table table-fixed wrap-anywhere">
      <thead>
        <tr>
          <th scope="col" className="w-3/5">
            Field and what was asked for
          </th>
          <th scope="col">Answer</th>
        </tr>
      </thead>
      <tbody>
        {report.map((each) => (
          <tr key={each.field} data-field={each.field} data-result={each.result}>
            <td>
              <code>{each.field}</code>
              <Value value={each.asked} />
            </td>
            <td>
              <span className={badges[each.result]}>{each.result}</span>
              <Answer {...each} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Answer({ result, answer, reason }: FieldReport) {
  return (
    <>
      {result === "changed" && <Value value={answer} />}
      {result === "ignored" && <div className="muted">not in the answer</div>}
      {reason && <div className="muted">{reason}</div>}
    </>
  );
}

/** A value of client metadata, each item of a list on a line of its own. */
export function Value({ value }: { value: unknown }) {
  const items = Array.isArray(value) ? value.map(String) : [String(value)];
  return (
    <div className="mono">
      {items.map((item) => (
        <div key={item}>{item}</div>
      ))}
    </div>
  );
}
