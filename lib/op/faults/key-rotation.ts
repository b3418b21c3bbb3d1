/** Faults that appear after the OP's signing keys were rotated (`OP_ROTATE_KEYS`). */
import type { JWK } from "jose";
import type { Surroundings } from "../open-id-provider.ts";
import { endpointPaths } from "../paths.ts";
import type { Fault } from "./fault.ts";
import { signed } from "./logout-tokens.ts";

interface HasKid {
  kid?: string | undefined;
}

/** The keys replaced by a rotation: for each algorithm, all except the first. */
function retiredKeys({ keys }: Pick<Surroundings, "keys">): JWK[] {
  const signing = keys.jwks.keys.filter(({ use }) => use === "sig") as JWK[];
  return signing.filter(({ alg }, index) => signing.findIndex((key) => key.alg === alg) < index);
}

const without = <Key extends HasKid>(keys: readonly Key[], others: readonly HasKid[]): Key[] =>
  keys.filter(({ kid }) => !others.some((other) => other.kid === kid));

export const keyRotation: readonly Fault[] = [
  {
    name: "retired-keys-forgotten",
    family: "R",
    does: "After a key rotation the OP forgets the old signing key: hints from earlier sign-ins are an error.",
    clause: "RIL 2",
    check: "R-49",
    verdict: "warn",
    configure: (configuration, op) => {
      configuration.jwks = { keys: without(op.keys.jwks.keys, retiredKeys(op)) };
    },
  },
  {
    name: "logout-token-with-retired-key",
    family: "B",
    does: "After a key rotation logout tokens are signed with the old key, which is no longer published.",
    clause: "BCL 2.4",
    check: "B-42",
    logoutToken: (token, op) => {
      const key = retiredKeys(op).find(({ alg }) => alg === token.header.alg);
      return key && signed(op, { ...token, header: { ...token.header, kid: key.kid } }, key);
    },
    around: async (op, ctx, next) => {
      await next();
      if (ctx.path !== endpointPaths.jwks) return;
      const { keys } = ctx.body as { keys: HasKid[] };
      ctx.body = { keys: without(keys, retiredKeys(op)) };
    },
  },
];
