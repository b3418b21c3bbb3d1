import { type ClientToRegister, clientMetadata, type ProviderAbilities } from "#lib/oidc/client-metadata.ts";
import { Value } from "./registration-report.tsx";

interface ByHandProps {
  /** Why the app cannot register itself. */
  obstacle: string;
  app: ClientToRegister;
  provider: ProviderAbilities;
}

/** The exact values to register when the app cannot register itself. */
export function ByHand({ obstacle, app, provider }: ByHandProps) {
  const keys = { jwks_uri: `${app.serverUrl ?? app.baseUrls[0]}/jwks` };
  return (
    <section className="card" aria-labelledby="by-hand">
      <h2 id="by-hand">Register this app by hand</h2>
      <p className="note note-warn">{obstacle}</p>
      <p>
        Register a client with these values. Pass its ID and secret to the app as <code>CLIENT_ID</code> and{" "}
        <code>CLIENT_SECRET</code>, or to the demo as <code>--client {app.name}=ID:SECRET</code>. Only
        encrypted ID Tokens need the <code>jwks_uri</code>.
      </p>
      <table className="grid-table table-fixed wrap-anywhere">
        <thead>
          <tr>
            <th scope="col" className="w-2/5">
              Field
            </th>
            <th scope="col">Value</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries({ ...clientMetadata(app, provider), ...keys }).map(([field, value]) => (
            <tr key={field}>
              <td>
                <code>{field}</code>
              </td>
              <td>
                <Value value={value} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
