/** How long our servers wait for a request, in milliseconds: a sender that stalls must not hold a connection. The answer
 * may take as long as it likes, an event stream for hours. */
export const serverLimits = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 1_000,
} as const;
