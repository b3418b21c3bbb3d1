/** Faults that reach sessions of others. */
import { endSession } from "../logout/end-session.ts";
import { sessionsOf } from "../logout/everywhere.ts";
import type { Fault } from "./fault.ts";

export const isolation: readonly Fault[] = [
  {
    name: "logout-ends-every-session",
    family: "I",
    does: "A logout in one browser ends the user's sessions in all browsers.",
    clause: "BCL 2.1",
    check: "I-02",
    install: (op) => {
      const { store } = op;
      const take = store.takeSession;
      store.takeSession = (uid) => {
        const session = take.call(store, uid);
        const others = session ? sessionsOf(store, session.accountId) : [];
        for (const other of others) void endSession(op, other.uid, "a fault");
        return session;
      };
    },
  },
];
