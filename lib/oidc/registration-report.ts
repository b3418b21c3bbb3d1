/** What became of each field that a client asked for: RFC 7591 3.2.1 has the OP echo what it registered. */
import { type ClientMetadata, sortedWords } from "./client-metadata.ts";
import { defaultMethod, type Encryption } from "./jwe.ts";

/** `accepted`: echoed as asked. `changed`: echoed with another value. `ignored`: registered, but not echoed.
 * `refused`: the OP registers no client that asks for it. */
export type FieldResult = "accepted" | "changed" | "ignored" | "refused";

export interface FieldReport {
  field: string;
  asked: unknown;
  result: FieldResult;
  /** The value that the OP registered in its place. */
  answer?: unknown;
  /** The OP's own words. */
  reason?: string;
}

export type RegistrationReport = readonly FieldReport[];

/** @param answer of the OP
 *  @param reasons of a refusal, by field; a field with one was left out, but `response_types` was sent in other words */
export function reportOf(
  asked: ClientMetadata,
  answer: Readonly<Record<string, unknown>>,
  reasons: ReadonlyMap<string, string>,
): FieldReport[] {
  return Object.entries(asked).map(([field, value]) => {
    const reason = reasons.get(field);
    const known = { field, asked: value, ...(reason !== undefined && { reason }) };
    if (reason !== undefined && field !== "response_types") return { ...known, result: "refused" };
    const answered = answer[field];
    if (answered === undefined || answered === null) return { ...known, result: "ignored" };
    if (comparable(field, answered) === comparable(field, value)) return { ...known, result: "accepted" };
    return { ...known, result: "changed", answer: answered };
  });
}

/** The order of a list says nothing, nor that of the words of a response type. */
function comparable(field: string, value: unknown): string {
  if (!Array.isArray(value)) return JSON.stringify(value);
  const items = value.map((item) => (field === "response_types" ? sortedWords(String(item)) : item));
  return JSON.stringify(items.sort());
}

/** How many fields have each result. */
export function countsOf(report: RegistrationReport): Record<FieldResult, number> {
  const counts = { accepted: 0, changed: 0, ignored: 0, refused: 0 };
  for (const { result } of report) counts[result] += 1;
  return counts;
}

/** How the OP says that it will encrypt ID Tokens; an OP that leaves the field out will not. */
export function encryptionIn(answer: Readonly<Record<string, unknown>>): Encryption | undefined {
  const { id_token_encrypted_response_alg: alg, id_token_encrypted_response_enc: enc } = answer;
  if (typeof alg !== "string" || alg === "") return undefined;
  return { alg, enc: typeof enc === "string" && enc ? enc : defaultMethod };
}
