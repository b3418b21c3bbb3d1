import { instant } from "#lib/oidc/id-token.ts";
import type { Login, Tokens } from "#lib/store/types.ts";
import { VerdictTable } from "./verdict-table.tsx";

const times = new Set(["exp", "iat", "nbf", "auth_time", "updated_at"]);

/** What a login brought: the ID Token raw, decoded claim by claim, and how it was checked. */
export function IdTokenView({ login }: { login: Login }) {
  return (
    <section className="card" aria-labelledby="id-token">
      <h2 id="id-token">ID Token</h2>
      {login.tokens.encryptedIdToken && (
        <div className="field">
          <span className="label">As it came, encrypted to this app</span>
          <div className="token" id="id-token-encrypted">
            {login.tokens.encryptedIdToken}
          </div>
          <span className="label">Decrypted with this app's key</span>
        </div>
      )}
      <div className="token" id="id-token-raw">
        {login.tokens.idToken}
      </div>
      <div className="overflow-x-auto">
        <table className="grid-table" id="id-token-claims">
          <tbody>
            {Object.entries(login.claims).map(([name, value]) => (
              <tr key={name}>
                <th scope="row">
                  <code>{name}</code>
                </th>
                <td className="mono">
                  {typeof value === "string" ? value : JSON.stringify(value)}
                  {times.has(name) && <span className="muted whitespace-nowrap"> {instant(value)}</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <details>
        <summary>How it was checked</summary>
        <VerdictTable verdicts={login.verdicts} />
      </details>
    </section>
  );
}

/** The access token, which is nobody's business but the resource's: shown because this is a playground. */
export function AccessTokenView({ tokens }: { tokens: Tokens }) {
  if (!tokens.accessToken) return null;
  return (
    <section className="card" aria-labelledby="access-token">
      <h2 id="access-token">Access Token</h2>
      <div className="token">{tokens.accessToken}</div>
      {tokens.scope && <p className="muted">Scope: {tokens.scope}</p>}
    </section>
  );
}
