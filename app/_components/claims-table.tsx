import { foreignText } from "#lib/net/foreign-text.ts";
import { instant } from "#lib/oidc/id-token.ts";

/** Characters: an ID Token of several hundred groups is shown whole. */
const longestClaim = 100_000;

const times = new Set(["exp", "iat", "nbf", "auth_time", "updated_at", "toe"]);

/** The members of a token, one by one; NumericDates also as dates. */
export function ClaimsTable({ claims, id }: { claims: Readonly<Record<string, unknown>>; id?: string }) {
  return (
    <div className="overflow-x-auto">
      <table className="grid-table" id={id}>
        <tbody>
          {Object.entries(claims).map(([name, value]) => (
            <tr key={name}>
              <th scope="row" className="w-32">
                <code>{foreignText(name)}</code>
              </th>
              <td className="mono">
                {foreignText(value, longestClaim)}
                {times.has(name) && (
                  <>
                    {" "}
                    <span className="muted whitespace-nowrap">{instant(value)}</span>
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
