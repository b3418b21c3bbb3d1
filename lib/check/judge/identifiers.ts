/** Whether an opaque value reveals who the user is. */
import { createHash } from "node:crypto";

const digests = ["md5", "sha1", "sha256"].flatMap((algorithm) =>
  (["hex", "base64", "base64url"] as const).map((encoding) => ({ algorithm, encoding })),
);

/** The identifiers that a value contains: plain, percent-encoded, in base64, or as an unsalted hash.
 * @returns each with its form */
export function identifiersIn(value: string, identifiers: readonly string[]): string[] {
  const plain = percentDecoded(value);
  const forms = [
    plain,
    ...plain.split(/[.:|]/).map((part) => Buffer.from(part, "base64").toString("latin1")),
  ];
  return [...new Set(identifiers)].flatMap((identifier) => {
    const clear = forms.some((form) => form.toLowerCase().includes(identifier.toLowerCase()));
    const hashes = digests.filter(({ algorithm, encoding }) =>
      plain.includes(createHash(algorithm).update(identifier).digest(encoding).replace(/=+$/, "")),
    );
    return [
      ...(clear ? [identifier] : []),
      ...hashes.map(({ algorithm }) => `${algorithm} of ${identifier}`),
    ];
  });
}

/** The value itself if it cannot be decoded: a cookie may contain any `%`. */
export function percentDecoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
