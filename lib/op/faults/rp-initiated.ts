/** Faults of RP-initiated logout. */
import { changeWayBack } from "./answers.ts";
import type { Fault } from "./fault.ts";

export const rpInitiated: readonly Fault[] = [
  {
    name: "state-dropped",
    family: "R",
    does: "The browser comes back without the state of the logout request.",
    clause: "RIL 2",
    check: "R-04",
    around: async (_op, ctx, next) => {
      await next();
      await changeWayBack(ctx, (uri) => uri.replace(/[?&]state=[^&]*/, ""));
    },
  },
];
