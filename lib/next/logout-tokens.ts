/** Logout tokens, answered before Next's pipeline for pages and routes, which takes longer than the logout itself. */
import "server-only";
import type { RequestListener, Server } from "node:http";
import { backchannelLogout } from "#lib/rp/endpoints/backchannel-logout.ts";
import { answerPlainly } from "#lib/rp/node-http.ts";
import type { RelyingParty } from "#lib/rp/relying-party.ts";

/** Answers POST /bclogout of this server, with the same function as the route. Any other request stays Next's. */
export function answerLogoutTokens(server: Server, rp: RelyingParty): void {
  const path = `/${rp.config.RP_NAME}/bclogout`;
  const others = server.listeners("request") as RequestListener[];
  server.removeAllListeners("request");
  server.on("request", (request, response) => {
    if (request.method === "POST" && request.url === path)
      void answerPlainly(request, response, (posted) => backchannelLogout(posted, rp));
    else for (const listener of others) listener.call(server, request, response);
  });
}
