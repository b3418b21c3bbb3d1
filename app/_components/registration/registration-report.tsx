import { foreignText } from "#lib/net/foreign-text.ts";
import type { FieldReport, FieldResult, RegistrationReport } from "#lib/oidc/registration-report.ts";

const badges: Record<FieldResult, string> = {
  accepted: "badge badge-ok",
  changed: "badge badge-warn",
  ignored: "badge badge-warn",
  "not echoed": "badge badge-warn",
  refused: "badge badge-bad",
};

/** The OP's answer to each field that this app requested. */
export function RegistrationReportTable({ report }: { report: RegistrationReport }) {
  return (
    <table className="grid-table table-fixed wrap-anywhere">
      <thead>
        <tr>
          <th scope="col" className="w-3/5">
            Field and requested value
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

function Answer({ result, answer, reason, known }: FieldReport) {
  return (
    <>
      {result === "changed" && <Value value={answer} />}
      {result === "ignored" && <div className="muted">not in the response</div>}
      {result === "not echoed" && <div className="muted">the response has none of the fields</div>}
      {known && <div className="muted">not in the response, but {known}</div>}
      {reason && <div className="muted">{reason}</div>}
    </>
  );
}

/** A value of client metadata, one line for each item of a list. */
export function Value({ value }: { value: unknown }) {
  const items = [value].flat().map((item) => foreignText(item, 2000));
  return (
    <div className="mono">
      {items.map((item) => (
        <div key={item}>{item}</div>
      ))}
    </div>
  );
}
