/** JSON that Lua in Redis can read: it refuses half of a surrogate pair, which a claim of a token may contain. */
export function readableJson(value: unknown): string {
  const text = JSON.stringify(value);
  // Only such a half is written as an escape of this form.
  return text.includes("\\ud") ? JSON.stringify(value, wellFormed) : text;
}

const wellFormed = (_name: string, value: unknown) =>
  typeof value === "string" ? value.toWellFormed() : value;
