import type { ProtocolError } from "#lib/oidc/errors.ts";

/** Why the OpenID Provider cannot be used, with a link to Doctor. */
export function ProviderProblem({ problem, base }: { problem: ProtocolError; base: string }) {
  return (
    <div className="note note-bad" role="alert">
      {problem.message} {problem.help}
      <a href={`${base}/doctor`}>Open Doctor</a>
    </div>
  );
}
