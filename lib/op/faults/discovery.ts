/** Faults of discovery. */
import { changeDiscovery } from "./answers.ts";
import type { Fault } from "./fault.ts";

export const discovery: readonly Fault[] = [
  {
    name: "backchannel-undeclared",
    family: "D",
    does: "Discovery denies back-channel logout, although logout tokens are sent.",
    clause: "BCL 2.1",
    check: "D-04",
    around: async (_op, ctx, next) => {
      await next();
      changeDiscovery(ctx, (metadata) => {
        metadata.backchannel_logout_supported = false;
      });
    },
  },
];
