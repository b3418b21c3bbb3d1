/** The embedded OpenID Provider: it registers the apps itself when it starts, from `OP_APPS`. */
import type { Driver } from "../registration-driver.ts";

export const embeddedDriver: Driver = {
  register: async ({ clientId, clientSecret }) => ({
    clientId,
    ...(clientSecret !== undefined && { clientSecret }),
    outcome: "seeded",
    changed: [],
    report: [],
  }),
};
