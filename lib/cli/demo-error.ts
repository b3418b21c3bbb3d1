/** The demo cannot start or go on, for a reason that a person can do something about: no stack, exit code 1. */
export class DemoError extends Error {
  override readonly name = "DemoError";
}
