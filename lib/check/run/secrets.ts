/** The secrets of a check, which no report may show. */
import type { User } from "#lib/products/driver.ts";
import type { Trial } from "./trial.ts";

/** A password that equals the user name (the demo's `alice`) or is the word itself is no secret: redacting it would cut
 * words out of sentences. */
const isSecret = ({ name, password }: User): boolean =>
  password !== name && !/^(password|secret)$/i.test(password);

/** Passwords, client secrets and the registration token. */
export function secretsOf({ alice, bob, context, clients }: Trial): string[] {
  const { admin, authorization } = context;
  const registrar =
    authorization && "user" in authorization ? [{ ...authorization, name: authorization.user }] : [];
  const users = [alice, bob, ...(admin ? [admin] : []), ...registrar];
  return [
    ...users.filter(isSecret).map(({ password }) => password),
    ...clients.flatMap(({ clientSecret }) => clientSecret ?? []),
    ...(authorization && "token" in authorization ? [authorization.token] : []),
  ];
}
