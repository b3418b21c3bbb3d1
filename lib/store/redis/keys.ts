/** Names of the keys in Redis. The scripts build the same names (scripts.ts). */

/** `slo:APP:KIND:PART`. Every part except the last has its length, so that different parts never make the same key. */
export type KeyOf = (kind: string, ...parts: string[]) => string;

/** Apps may share a Redis but not a store: all keys of an app begin with its prefix. */
export const prefixOf = (app: string): string => `slo:${app}:`;

export const keysOf =
  (prefix: string): KeyOf =>
  (kind, ...parts) => {
    const last = parts.length - 1;
    const named = parts.map((part, n) => (n < last ? `:${Buffer.byteLength(part)}:${part}` : `:${part}`));
    return `${prefix}${kind}${named.join("")}`;
  };

/** The channel on which an app's replicas publish which session has changed. */
export const channelOf = (prefix: string): string => `${prefix}changes`;
