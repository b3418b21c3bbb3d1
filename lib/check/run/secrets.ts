/** What no report may show as a whole. */
import type { User } from "#lib/products/driver.ts";
import type { Trial } from "./trial.ts";

/** A password that is also a name (the demo's `alice`), or the word itself, is no secret, and would be cut out of
 * sentences. */
const isSecret = ({ name, password }: User): boolean =>
  password !== name && !/^(password|secret)$/i.test(password);

/** Passwords, client secrets and the token for registration that a check has to do with. */
export function secretsOf({ alice, bob, context, probes, registered }: Trial): string[] {
  const { admin, authorization } = context;
  const registrar =
    authorization && "user" in authorization ? [{ ...authorization, name: authorization.user }] : [];
  const users = [alice, bob, ...(admin ? [admin] : []), ...registrar];
  const clients = [...probes.map(({ client }) => client), ...registered];
  return [
    ...users.filter(isSecret).map(({ password }) => password),
    ...clients.flatMap(({ clientSecret }) => clientSecret ?? []),
    ...(authorization && "token" in authorization ? [authorization.token] : []),
  ];
}
