/** The result of each field that a client requested: the OP echoes what it registered (RFC 7591 3.2.1). */
import { type ClientMetadata, sortedWords } from "./client-metadata.ts";
import { defaultMethod, type Encryption } from "./jwe.ts";

/** `accepted`: echoed as requested. `changed`: echoed with another value. `ignored`: registered, but not echoed.
 * `refused`: the OP registers no client that requests it. */
export type FieldResult = "accepted" | "changed" | "ignored" | "refused";

export interface FieldReport {
  field: string;
  asked: unknown;
  result: FieldResult;
  /** The value that the OP registered instead. */
  answer?: unknown;
  /** The OP's own words. */
  reason?: string;
}

export type RegistrationReport = readonly FieldReport[];

/** @param answer of the OP
 *  @param reasons for a refusal, by field: such a field was omitted, but those of the flow were sent with another value */
export function reportOf(
  asked: ClientMetadata,
  answer: Readonly<Record<string, unknown>>,
  reasons: ReadonlyMap<string, string>,
): FieldReport[] {
  return Object.entries(asked).map(([field, value]) => {
    const reason = reasons.get(field);
    const known = { field, asked: value, ...(reason !== undefined && { reason }) };
    if (reason !== undefined && !flowFields.includes(field)) return { ...known, result: "refused" };
    const answered = answer[field];
    if (answered === undefined || answered === null) return { ...known, result: "ignored" };
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
  const counts = { accepted: 0, changed: 0, ignored: 0, refused: 0 };
  for (const { result } of report) counts[result] += 1;
  return counts;
}

/** The encryption of ID Tokens that the OP confirmed; an OP that omits the field will not encrypt. */
export function encryptionIn(answer: Readonly<Record<string, unknown>>): Encryption | undefined {
  const { id_token_encrypted_response_alg: alg, id_token_encrypted_response_enc: enc } = answer;
  if (typeof alg !== "string" || alg === "") return undefined;
  return { alg, enc: typeof enc === "string" && enc ? enc : defaultMethod };
}
