/** What the exit codes of each command mean. Scripts rely on them: do not change one. */

/** The command line is wrong. */
export const wrongUseCode = 2;

/** Ended by Ctrl-C: 128 and the signal's number, as shells report it. */
export const interruptedCode = 130;

const interrupted = { [interruptedCode]: "ended by Ctrl-C (128 and its number for another signal)" } as const;

export const exitCodes = {
  demo: {
    0: "ended on request (Ctrl-C, a signal)",
    1: "could not start, or a process died",
    [wrongUseCode]: "wrong flags or settings",
  },
  register: {
    0: "registered",
    1: "registered, but with --strict a field was not accepted",
    [wrongUseCode]: "not registered",
  },
  doctor: { 0: "no problem found", 1: "problems found", [wrongUseCode]: "nothing could be examined" },
  check: {
    0: "nothing unexpected",
    1: "an unexpected failure, or an expectation that is out of date",
    [wrongUseCode]: "could not run (one line says why)",
    ...interrupted,
  },
  compare: {
    0: "nothing is worse",
    1: "something is worse",
    [wrongUseCode]: "a report cannot be read, or is from an interrupted run",
  },
  bench: {
    0: "measured, whatever was reached",
    1: "could not run, or an error while measuring (a line says which)",
    [wrongUseCode]: "wrong flags",
    ...interrupted,
  },
  test: { 0: "all tests passed", 1: "a test failed", [wrongUseCode]: "unknown stage", ...interrupted },
} as const;

export type CommandName = keyof typeof exitCodes;

/** Exit code of a command that cannot start or continue: 1, or 2 if 1 is a verdict about the OpenID Provider. */
export const cannotRunCode = {
  demo: 1,
  register: 2,
  doctor: 2,
  check: 2,
  compare: 2,
  bench: 1,
  test: 1,
} as const satisfies Record<CommandName, number>;
