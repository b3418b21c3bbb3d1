/** Faults of front-channel logout. */
import { changeFrames } from "./answers.ts";
import type { Fault } from "./fault.ts";

export const frontChannel: readonly Fault[] = [
  {
    name: "frame-with-wrong-sid",
    family: "F",
    does: "The frames name a session that the app has never heard of.",
    clause: "FCL 3",
    check: "F-03",
    around: async (_op, ctx, next) => {
      await next();
      await changeFrames(ctx, (uri) => uri.replace(/([?&]sid=)[^&]*/, "$1of-another-session"));
    },
  },
];
