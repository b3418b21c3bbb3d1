/** Bounds what a request makes the OP remember until the user has answered. */
import { PageError } from "./edge.ts";
import { type Context, isRead, type Next } from "./open-id-provider.ts";
import { endpointPaths } from "./paths.ts";

/** Characters of an authorization request, besides the ID Token that may come as a hint. */
const longestRequest = 8 * 1024;

/** Characters of a logout request's `state`. */
const longestState = 4 * 1024;

/** Runs after posted requests have become GETs. */
export async function boundedRequests(ctx: Context, next: Next): Promise<void> {
  if (isRead(ctx) && ctx.path === endpointPaths.authorization) {
    const query = new URLSearchParams(ctx.querystring);
    query.delete("id_token_hint");
    refuseAbove(longestRequest, query.toString().length, "authorization request, besides its id_token_hint,");
  }
  if (isRead(ctx) && ctx.path === endpointPaths.end_session) {
    const states = new URLSearchParams(ctx.querystring).getAll("state");
    refuseAbove(longestState, states.join("").length, "state");
  }
  await next();
}

function refuseAbove(most: number, length: number, what: string): void {
  if (length <= most) return;
  throw new PageError(
    400,
    "This request is too long.",
    `Its ${what} may have ${most} characters, but has ${length}. Shorten it in the app: state, for example, can name what the app keeps.`,
  );
}
