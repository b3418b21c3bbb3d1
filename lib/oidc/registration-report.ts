/** The result of each field that a client requested: the OP echoes what it registered (RFC 7591 3.2.1), or some OPs nothing
 * but the credentials. */
import { type ClientMetadata, sortedWords } from "./client-metadata.ts";
import { defaultMethod, type Encryption } from "./jwe.ts";
import type { Proof } from "./registration-proof.ts";

/** `accepted`: echoed as requested. `changed`: echoed with another value. `ignored`: the OP echoes others, but not this one.
 * `not echoed`: it echoes none, which says nothing. `refused`: the OP registers no client that requests it. */
export type FieldResult = "accepted" | "changed" | "ignored" | "not echoed" | "refused";

export interface FieldReport {
  field: string;
  asked: unknown;
  result: FieldResult;
  /** The value that the OP registered instead. */
  answer?: unknown;
  /** The OP's own words. */
  reason?: string;
  /** How it is known if it was not in the response: from the client configuration endpoint, or because it works. */
  known?: "read back" | "used";
}

export type RegistrationReport = readonly FieldReport[];

/** @param proof of what the OP has registered
 *  @param reasons for a refusal, by field: such a field was omitted, but those of the flow were sent with another value */
export function reportOf(
  asked: ClientMetadata,
  { answer, known: ways, echoes }: Proof,
  reasons: ReadonlyMap<string, string>,
): FieldReport[] {
  return Object.entries(asked).map(([field, value]) => {
    const reason = reasons.get(field);
    const way = ways.get(field);
    const known = {
      field,
      asked: value,
      ...(reason !== undefined && { reason }),
      ...(way && { known: way }),
    };
    if (reason !== undefined && !flowFields.includes(field)) return { ...known, result: "refused" };
    const answered = answer[field];
    if (way === "used") return { ...known, result: "accepted" };
    if (answered === undefined || answered === null)
      return { ...known, result: echoes ? "ignored" : "not echoed" };
    if (comparable(field, answered) === comparable(field, value)) return { ...known, result: "accepted" };
    return { ...known, result: "changed", answer: answered };
  });
}

const flowFields = ["response_types", "grant_types", "application_type"];

/** The order of a list does not matter, nor does that of the words of a response type. */
function comparable(field: string, value: unknown): string {
  if (!Array.isArray(value)) return JSON.stringify(value);
  const isType = (item: unknown) => field === "response_types" && typeof item === "string";
  return JSON.stringify(value.map((item) => JSON.stringify(isType(item) ? sortedWords(item) : item)).sort());
}

/** The report with each refusal of the OP once, at the first field that it is the reason for.
 * @param said the words that were shown before; gets those of this report */
export function saidOnce(report: RegistrationReport, said: Set<string>): RegistrationReport {
  return report.map(({ reason, ...field }) => {
    if (reason === undefined || said.has(reason)) return field;
    said.add(reason);
    return { ...field, reason };
  });
}

/** How many fields have each result. */
export function countsOf(report: RegistrationReport): Record<FieldResult, number> {
  const counts = { accepted: 0, changed: 0, ignored: 0, "not echoed": 0, refused: 0 };
  for (const { result } of report) counts[result] += 1;
  return counts;
}

/** The encryption of ID Tokens that the OP confirmed; an OP that omits the field will not encrypt. */
export function encryptionIn(answer: Readonly<Record<string, unknown>>): Encryption | undefined {
  const { id_token_encrypted_response_alg: alg, id_token_encrypted_response_enc: enc } = answer;
  if (typeof alg !== "string" || alg === "") return undefined;
  return { alg, enc: typeof enc === "string" && enc ? enc : defaultMethod };
}
