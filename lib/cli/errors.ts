/** Errors that users can fix: commands print only the message, without a stack. */

/** The command line is wrong. The message has a line for each problem: `--flag: what is wrong; what to do.` */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** The command cannot start or continue; the message says why and what to do. */
export class CannotRun extends Error {
  override readonly name: string = "CannotRun";
}

/** A driver needs an administrator for this, and the run has none. */
export class NoAdministrator extends CannotRun {
  override readonly name = "NoAdministrator";
}
