/** Text of an OP, made readable. */
import { visible } from "#lib/net/foreign-text.ts";

/** Evidence as a block of text. */
export const detailText = (detail: Record<string, unknown> | string): string =>
  visible(typeof detail === "string" ? detail : JSON.stringify(detail, null, 2));
