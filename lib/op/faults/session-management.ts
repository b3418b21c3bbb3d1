/** Faults of session management. */
import type { Fault } from "./fault.ts";

export const sessionManagement: readonly Fault[] = [
  {
    name: "session-state-missing",
    family: "S",
    does: "Authentication responses have no session_state, so that no app can watch the session.",
    clause: "SM 2",
    check: "S-01",
    install: ({ provider }) => {
      provider.on("authorization.success", (_ctx, response) => {
        delete response?.session_state;
      });
    },
  },
];
