import type { Verdict } from "#lib/oidc/verdict.ts";
import { verdictTable } from "#lib/rp/verdict-table.ts";

/** Every check of a token, drawn as in the documents of the endpoints. */
export function VerdictTable({ verdicts }: { verdicts: readonly Verdict[] }) {
  // biome-ignore lint/security/noDangerouslySetInnerHtml: the template of lib/ui escapes every value
  return <div dangerouslySetInnerHTML={{ __html: verdictTable(verdicts).toString() }} />;
}
