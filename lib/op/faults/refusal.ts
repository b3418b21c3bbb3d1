/** Logout requests that a broken OP refuses. */
import type { Context, OpenIdProvider } from "../open-id-provider.ts";
import { renderProblem } from "../pages/problem.ts";
import { endpointPaths } from "../paths.ts";
import type { Fault } from "./fault.ts";

/** Answers with an error page that names the fault as the cause. */
export function refuse(op: OpenIdProvider, ctx: Context, status: number, title: string): void {
  renderProblem(op, ctx, { status, title, advice: "This refusal is an active fault." });
}

/** Refuses logout requests for which this holds. */
export const refusing =
  (title: string, holds: (ctx: Context) => boolean): NonNullable<Fault["around"]> =>
  async (op, ctx, next) => {
    if (ctx.path === endpointPaths.end_session && holds(ctx)) refuse(op, ctx, 400, title);
    else await next();
  };
