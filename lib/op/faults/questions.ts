/** The hook for faults of the logout question. */
import type { Configuration } from "oidc-provider";
import type { Context, Surroundings } from "../open-id-provider.ts";
import { logOutUnasked } from "../pages/logout.ts";

/** Runs where the user would be asked, with the state that the OP keeps until the answer.
 * @param ask continues to the question */
type Questioning = (ctx: Context, state: Record<string, unknown>, ask: () => Promise<void>) => Promise<void>;

/** Wraps the logout question in the library's configuration. */
export function whenAsked(configuration: Configuration, questioning: Questioning): void {
  const feature = configuration.features?.rpInitiatedLogout;
  const { logoutSource: source } = feature ?? {};
  if (!feature || !source) throw new Error("no logout question is configured");
  feature.logoutSource = (ctx, form) =>
    questioning(ctx, ctx.oidc.session?.state ?? {}, async () => source(ctx, form));
}

/** Logs out without asking on requests for which this holds. */
export const unaskedWhere =
  (holds: (ctx: Context) => boolean) =>
  (configuration: Configuration, op: Surroundings): void =>
    whenAsked(configuration, (ctx, _state, ask) => (holds(ctx) ? logOutUnasked(op, ctx) : ask()));
