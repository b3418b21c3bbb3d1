import { CannotRun } from "./errors.ts";

/** The demo cannot start or go on, for a reason that the user can fix: no stack, exit code 1. */
export class DemoError extends CannotRun {
  override readonly name = "DemoError";
}
