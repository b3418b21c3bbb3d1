/** Reads posted forms. */
import { PageError } from "./edge.ts";
import type { Context } from "./open-id-provider.ts";

const maxFormBytes = 64 * 1024;

/** @throws {PageError} if the body is not a form or is too large */
export async function readForm(ctx: Context): Promise<URLSearchParams> {
  if (!ctx.is("application/x-www-form-urlencoded")) {
    throw new PageError(415, "Only forms are accepted here.", "Send application/x-www-form-urlencoded.");
  }
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of ctx.req as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxFormBytes) throw new PageError(413, "The form is too large.", "Send less than 64 KiB.");
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
}
