/** Why Redis does not do what it is asked, from the first word of its error reply, and what to do about it. */
import { ProtocolError } from "#lib/oidc/errors.ts";

const replies: Readonly<Record<string, [reason: string, help: string]>> = {
  OOM: [
    "its memory is full",
    "Raise Redis's maxmemory, or free memory. A running process then continues by itself.",
  ],
  MISCONF: ["it cannot write to its disk", "Free space on Redis's disk; its log says more."],
  READONLY: ["it is a read-only replica", "Let REDIS_URL name the primary."],
  LOADING: ["it is loading its data", "Try again in a few seconds."],
  BUSY: ["it is busy with a script", "Try again in a few seconds."],
  MASTERDOWN: ["it has lost its primary", "Let REDIS_URL name the primary."],
  NOREPLICAS: ["it has too few replicas to write", "Start its replicas, or lower min-replicas-to-write."],
  NOAUTH: ["it requires a password", "Put the password into REDIS_URL."],
  WRONGPASS: ["it refuses the password", "Correct the password in REDIS_URL."],
  NOPERM: [
    "its user may not do this",
    "Give the user of REDIS_URL the rights that the documentation lists (ACL).",
  ],
};

/** @param error of the connection, or an error reply: its detail is for the log only */
export function storeUnavailable(error: unknown): ProtocolError {
  const [code = ""] = error instanceof Error ? error.message.split(" ", 1) : [];
  const [reason, help = "Try again in a few seconds."] = replies[code] ?? [];
  const message = `The session store does not answer${reason ? `: ${reason}` : ""}.`;
  return new ProtocolError("store_unavailable", message, { help, detail: error });
}
