/** Faults of back-channel logout. */
import type { Fault } from "./fault.ts";

export const backChannel: readonly Fault[] = [
  {
    name: "logout-token-without-events",
    family: "B",
    does: "The logout token has no events claim, so that it could be any other JWT.",
    clause: "BCL 2.4",
    check: "B-09",
    logoutToken: ({ claims }) => {
      delete claims.events;
    },
  },
  {
    name: "logout-token-by-get",
    family: "B",
    does: "The logout token comes in the query of a GET request, where every log keeps it.",
    clause: "BCL 2.5",
    check: "B-02",
    deliver: ({ url, init: { body, ...init } }, send) => {
      const { headers: _, ...rest } = init;
      return send({ url: `${url}?${body}`, init: { ...rest, method: "GET" } });
    },
  },
];
