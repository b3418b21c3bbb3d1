/** How faults change the OP's responses, from outside. */
import type { Readable } from "node:stream";
import { discoveryPath } from "#lib/net/discovery-url.ts";
import type { Context } from "../open-id-provider.ts";
import { discoveryAliases, endpointPaths } from "../paths.ts";

/** Changes the text of a page, script or redirect page that is about to be sent. */
export async function changeText(ctx: Context, change: (text: string) => string): Promise<void> {
  if (typeof ctx.body === "string") ctx.body = change(ctx.body);
  else if (isStream(ctx.body)) {
    const { type } = ctx;
    let text = "";
    for await (const chunk of ctx.body) text += chunk;
    ctx.body = change(text);
    ctx.type = type;
    ctx.remove("ETag");
  }
}

const isStream = (body: unknown): body is Readable =>
  typeof body === "object" && body !== null && Symbol.asyncIterator in body;

/** Changes the discovery document, if this is the response. */
export function changeDiscovery(ctx: Context, change: (metadata: Record<string, unknown>) => void): void {
  if (ctx.path === discoveryPath || discoveryAliases.includes(ctx.path))
    change(ctx.body as Record<string, unknown>);
}

/** Changes the URL that a logout leads to: in the redirect, or in the link on the page that notifies the apps. */
export async function changeWayBack(ctx: Context, change: (uri: string) => string): Promise<void> {
  if (!ctx.path.startsWith(endpointPaths.end_session)) return;
  const location = ctx.response.get("Location");
  if (location) ctx.set("Location", change(location));
  else {
    await changeText(ctx, (page) =>
      page.replace(/(id="frontchannel-continue" href=")([^"]*)/, (_, before: string, uri: string) => {
        return `${before}${escaped(change(unescaped(uri)))}`;
      }),
    );
  }
}

/** Changes the URLs of the frames by which a logout notifies the apps (FCL 3). */
export const changeFrames = (ctx: Context, change: (uri: string) => string): Promise<void> =>
  changeText(ctx, (page) =>
    page.replace(/(<iframe [^>]*src=")([^"]*)/g, (_, before: string, uri: string) => {
      return `${before}${escaped(change(unescaped(uri)))}`;
    }),
  );

const escaped = (uri: string): string => uri.replaceAll("&", "&amp;").replaceAll('"', "&quot;");
const unescaped = (text: string): string => text.replaceAll("&quot;", '"').replaceAll("&amp;", "&");
