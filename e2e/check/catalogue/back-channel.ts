/** B: Back-Channel Logout 1.0, what the OP sends. */
import type { Check } from "../check.ts";
import { logOut, usualParameters } from "../logout.ts";
import { logoutTokensAt } from "../logout-tokens.ts";
import { signInAt } from "../oracles.ts";

export const backChannel: Check[] = [
  {
    id: "B-01",
    title: "Every Relying Party of the session receives a logout token, the initiator included",
    clause: "BCL 2.3",
    severity: "critical",
    needs: ["end-session", "back-channel"],
    run: async (t) => {
      const browser = await t.browser();
      const [a, b] = [t.rp("rp-a"), t.rp("rp-b")];
      const [session] = await signInAt(t, browser, t.alice, a, b);
      const { startedAt } = await logOut(t, browser, a, { parameters: usualParameters(session) });
      await logoutTokensAt(t, startedAt, a, b);
    },
  },
];
