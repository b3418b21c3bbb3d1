import { foreignText, visible } from "#lib/net/foreign-text.ts";
import type { shownToken } from "#lib/rp/logout/received-token.ts";
import { ClaimsTable } from "../claims-table.tsx";
import { Scrolling } from "../scrolling.tsx";

const instead = {
  private: "The logout token names a user: only the browser whose session it names is shown it.",
  long: "The logout token was too long to keep.",
};

/** A logout token beside its checks: raw, and decoded claim by claim. */
export function ReceivedLogoutToken({ token }: { token: ReturnType<typeof shownToken> }) {
  if (typeof token === "string") return <p className="muted">{instead[token]}</p>;
  const { raw, signed, decoded } = token;
  return (
    <>
      <div className="field">
        <span className="label">{signed ? "Logout token, encrypted to this app" : "Logout token"}</span>
        <Scrolling label="Raw logout token">{visible(raw)}</Scrolling>
      </div>
      {signed && (
        <div className="field">
          <span className="label">Decrypted with this app's key</span>
          <Scrolling label="Decrypted logout token">{visible(signed)}</Scrolling>
        </div>
      )}
      {decoded ? (
        <>
          <ClaimsTable claims={decoded.claims} />
          <p className="muted mt-2">
            Header: alg <code>{foreignText(decoded.header.alg)}</code>, kid{" "}
            <code>{foreignText(decoded.header.kid)}</code>, typ <code>{foreignText(decoded.header.typ)}</code>
          </p>
        </>
      ) : (
        <p className="muted">It cannot be decoded.</p>
      )}
    </>
  );
}
