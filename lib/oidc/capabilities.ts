/** What an OP may support, as far as logout depends on it. */
export const capabilities = [
  "end-session",
  "back-channel",
  "front-channel",
  "session-management",
  "registration",
] as const;
export type Capability = (typeof capabilities)[number];
