import type { Login, Tokens } from "#lib/rp/model.ts";
import { ClaimsTable } from "../claims-table.tsx";
import { Scrolling } from "../scrolling.tsx";
import { VerdictTable } from "../verdict-table.tsx";

/** The ID Token of a login: raw, decoded claim by claim, and its checks. */
export function IdTokenView({ login }: { login: Login }) {
  const { idToken, encryptedIdToken } = login.tokens;
  return (
    <section className="card" aria-labelledby="id-token">
      <h2 id="id-token">ID Token</h2>
      {encryptedIdToken && (
        <div className="field">
          <span className="label">As received, encrypted to this app</span>
          <Scrolling label="Encrypted ID Token" id="id-token-encrypted">
            {encryptedIdToken}
          </Scrolling>
        </div>
      )}
      <div className="field">
        {encryptedIdToken && <span className="label">Decrypted with this app's key</span>}
        <Scrolling label="Raw ID Token" id="id-token-raw">
          {idToken}
        </Scrolling>
      </div>
      <ClaimsTable claims={login.claims} id="id-token-claims" />
      <details>
        <summary>Checks of this ID Token</summary>
        <VerdictTable verdicts={login.verdicts} />
      </details>
    </section>
  );
}

/** The access token. It concerns only the resource server; it is shown because this is a playground. */
export function AccessTokenView({ tokens }: { tokens: Tokens }) {
  if (!tokens.accessToken) return null;
  return (
    <section className="card" aria-labelledby="access-token">
      <h2 id="access-token">Access Token</h2>
      <Scrolling label="Raw Access Token">{tokens.accessToken}</Scrolling>
      {tokens.scope && <p className="muted">Scope: {tokens.scope}</p>}
    </section>
  );
}
