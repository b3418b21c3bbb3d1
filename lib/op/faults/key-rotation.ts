/** Faults that show after the OP's signing keys were replaced (`OP_ROTATE_KEYS`). */
import type { JWK } from "jose";
import type { Surroundings } from "../open-id-provider.ts";
import { ENDPOINTS } from "../paths.ts";
import type { Fault } from "./fault.ts";
import { signed } from "./logout-tokens.ts";

interface HasKid {
  kid?: string | undefined;
}

/** Those that a rotation has replaced: of an algorithm, all but the first. */
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
    does: "When the signing key is changed the OP forgets the old one: hints of sign-ins before are an error.",
    clause: "RIL 2",
    check: "R-49",
    configure: (configuration, op) => {
      configuration.jwks = { keys: without(op.keys.jwks.keys, retiredKeys(op)) };
    },
  },
  {
    name: "logout-token-with-retired-key",
    family: "B",
    does: "When the signing key is changed logout tokens are signed with the old one, which is not published any more.",
    clause: "BCL 2.4",
    check: "B-42",
    logoutToken: (token, op) => {
      const key = retiredKeys(op).find(({ alg }) => alg === token.header.alg);
      return key && signed(op, { ...token, header: { ...token.header, kid: key.kid } }, key);
    },
    around: async (op, ctx, next) => {
      await next();
      if (ctx.path !== ENDPOINTS.jwks) return;
      const { keys } = ctx.body as { keys: HasKid[] };
      ctx.body = { keys: without(keys, retiredKeys(op)) };
    },
  },
];
