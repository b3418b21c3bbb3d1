/** Servers of many tenants, such as Microsoft Entra ID at /common, declare a template as their issuer. No token has it as
 * its `iss`, which is compared exactly (Discovery 4.3). */
import { foreignText } from "#lib/net/foreign-text.ts";

const placeholder = /\{[^{}/]*\}/;

/** What an issuer stands for if it is a template, and what to do; undefined for a real one. */
export function templateAdvice(issuer: string): { meaning: string; todo: string } | undefined {
  const [place] = placeholder.exec(issuer) ?? [];
  if (place === undefined) return undefined;
  const [shown, whole] = [foreignText(place), foreignText(issuer)];
  return {
    meaning: `${whole} is a template for the issuers of all tenants, and no token is from it`,
    todo: `name the issuer of one tenant, with its ID in place of ${shown}`,
  };
}

/** Both in one sentence without a full stop. */
export function templateProblem(issuer: unknown): string | undefined {
  const advice = typeof issuer === "string" ? templateAdvice(issuer) : undefined;
  return advice && `${advice.meaning}: ${advice.todo}`;
}
