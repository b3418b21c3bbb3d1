/** How faults change the OP's own scripts. */
import type { Context } from "../open-id-provider.ts";
import { assetsPath } from "../paths.ts";
import { changeText } from "./answers.ts";

/** Changes one of the scripts, if this is the response.
 * @param name its file name */
export async function changeScript(
  ctx: Context,
  name: string,
  change: (text: string) => string,
): Promise<void> {
  if (ctx.path === `${assetsPath}/${name}` && ctx.method === "GET") await changeText(ctx, change);
}
