import type { ProtocolError } from "#lib/oidc/errors.ts";

/** The OpenID Provider cannot be used; the doctor can say why. */
export function ProviderProblem({ problem, base }: { problem: ProtocolError; base: string }) {
  return (
    <div className="note note-bad" role="alert">
      {problem.message} {problem.help}
      <a href={`${base}/doctor`}>Open the page Doctor</a>
    </div>
  );
}
