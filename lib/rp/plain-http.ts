/** A form that a program posts, and the answer to it. The classes of the web platform would cost more than all checks of a
 * logout token, so its endpoint does without: each server has an adapter. */
import { ProtocolError } from "#lib/oidc/errors.ts";

export interface PlainRequest {
  contentType: string | undefined;
  /** The body, bounded in size and time.
   * @param largest in bytes
   * @throws {ProtocolError} `request_too_large`, `request_too_slow` or `invalid_request` */
  text(largest: number): Promise<string>;
}

export interface PlainResponse {
  status: number;
  headers: Record<string, string>;
  body?: string;
}

/** How long a body may take to arrive, in milliseconds. */
export const bodyTimeout = 10_000;

/** Maximum bytes of a body, unless an endpoint says otherwise. */
export const largestBody = 64 * 1024;

export const tooLarge = (largest: number): ProtocolError =>
  new ProtocolError("request_too_large", `The body must not be larger than ${largest} bytes.`);

export const tooSlow = (): ProtocolError =>
  new ProtocolError("request_too_slow", `The body must arrive within ${bodyTimeout / 1000} seconds.`);

/** Reads a form-encoded body.
 * @throws {ProtocolError} `unsupported_media_type`, or as `text` */
export async function readPlainForm(request: PlainRequest, largest = largestBody): Promise<URLSearchParams> {
  const type = request.contentType?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") {
    throw new ProtocolError("unsupported_media_type", "The body must be application/x-www-form-urlencoded.");
  }
  return new URLSearchParams(await request.text(largest));
}
