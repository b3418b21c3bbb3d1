/** Errors of the other side. Errors of our own code stay plain `Error`s and become a 500. */
import { oneLine } from "#lib/net/foreign-text.ts";
import type { Verdict } from "./verdict.ts";

export type ProtocolErrorCode =
  | "invalid_request"
  | "unsupported_media_type"
  | "request_too_large"
  | "request_too_slow"
  | "forbidden_origin"
  | "misdirected_request"
  | "unknown_state"
  | "foreign_browser"
  | "issuer_mismatch"
  | "authorization_error"
  | "token_error"
  | "invalid_id_token"
  | "invalid_logout_token"
  | "session_already_ended"
  | "switched_off"
  | "endpoint_not_allowed"
  | "provider_unavailable"
  | "registration_refused"
  | "store_unavailable";

const statuses: Partial<Record<ProtocolErrorCode, number>> = {
  unsupported_media_type: 415,
  request_too_large: 413,
  request_too_slow: 408,
  forbidden_origin: 403,
  misdirected_request: 421,
  switched_off: 404,
  provider_unavailable: 503,
  store_unavailable: 503,
};

interface ProtocolErrorOptions {
  /** What the user can do about it. */
  help?: string;
  /** For the log only; never sent. */
  detail?: unknown;
  verdicts?: readonly Verdict[];
}

/** Characters of a message or a help: both may quote the other side, and are kept in the event log. */
const mostWords = 1000;

/** An error of the other side: `message` says what was wrong and may be shown, `detail` may not. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly code: ProtocolErrorCode;
  readonly help: string | undefined;
  readonly detail: unknown;
  readonly verdicts: readonly Verdict[];

  constructor(code: ProtocolErrorCode, message: string, options: ProtocolErrorOptions = {}) {
    super(oneLine(message, mostWords));
    this.code = code;
    this.help = options.help === undefined ? undefined : oneLine(options.help, mostWords);
    this.detail = options.detail;
    this.verdicts = options.verdicts ?? [];
  }

  /** By name, because Next evaluates this module more than once in a process: an error that one copy throws is still
   * an instance for the other. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === "ProtocolError";
  }

  /** All that Next passes to an error page. */
  get digest(): string {
    return this.code;
  }

  /** The corresponding HTTP status. */
  get status(): number {
    return statuses[this.code] ?? 400;
  }
}
