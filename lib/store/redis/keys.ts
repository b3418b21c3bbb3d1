/** Names of the keys in Redis. The scripts make the same ones (redis-scripts.ts). */

/** `slo:APP:KIND:PART`. Every part but the last carries its length, so that no two lists of parts make one key. */
export type KeyOf = (kind: string, ...parts: string[]) => string;

/** Two apps may share a Redis, never a store: everything of an app begins with its prefix. */
export const prefixOf = (app: string): string => `slo:${app}:`;

export const keysOf =
  (prefix: string): KeyOf =>
  (kind, ...parts) => {
    const last = parts.length - 1;
    const named = parts.map((part, n) => (n < last ? `:${Buffer.byteLength(part)}:${part}` : `:${part}`));
    return `${prefix}${kind}${named.join("")}`;
  };

/** The one channel on which an app's replicas tell each other which session has changed. */
export const channelOf = (prefix: string): string => `${prefix}changes`;
