/** Errors that a command prints as one line, without a stack. */

/** The command cannot run, for a reason that the user can fix: the message is one line that says how. */
export class CannotRun extends Error {
  override readonly name: string = "CannotRun";
}

/** An administrator could do it, but the command was given none. */
export class NoAdministrator extends CannotRun {
  override readonly name = "NoAdministrator";
}
