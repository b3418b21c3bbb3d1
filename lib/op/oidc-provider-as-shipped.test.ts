/** What doctor and the suite say about oidc-provider holds for the one that is installed (lib/net/internal-address.ts). */
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, it } from "node:test";
import Provider from "oidc-provider";
import { HttpBrowser, type Visit } from "#lib/net/http-browser.ts";

const servers: Server[] = [];
after(() => {
  for (const server of servers) server.closeAllConnections();
  for (const server of servers) server.close();
});

async function serve(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

it("as it ships sends no logout token to loopback, and only an event says so", async () => {
  const asked: string[] = [];
  const app = await serve(
    createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.end();
    }),
  );
  const callback = `${app}/callback`;
  const server = createServer((request, response) => void handle?.(request, response));
  let handle: ReturnType<Provider["callback"]> | undefined;
  const issuer = await serve(server);
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "app",
        client_secret: "secret",
        application_type: "native",
        redirect_uris: [callback],
        backchannel_logout_uri: `${app}/bclogout`,
      },
    ],
    features: { backchannelLogout: { enabled: true } },
    cookies: { keys: ["key"] },
  });
  handle = provider.callback();
  const errors: string[] = [];
  provider.on("backchannel.error", (_ctx, error) => errors.push(error.message));

  const browser = new HttpBrowser();
  const query = new URLSearchParams({
    ...{ client_id: "app", redirect_uri: callback, response_type: "code", scope: "openid" },
    ...{ code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", code_challenge_method: "S256" },
  });
  const arrive = async (visit: Visit): Promise<Visit> =>
    visit.location && !visit.location.startsWith(callback)
      ? arrive(await browser.get(visit.location))
      : visit;
  const signIn = await arrive(await browser.get(`${issuer}/auth?${query}`));
  const consent = await arrive(await browser.submit(signIn, { login: "alice", password: "x" }));
  const back = await arrive(await browser.submit(consent, {}));
  assert.ok(back.location?.startsWith(`${callback}?code=`), back.text);

  const question = await browser.get(`${issuer}/session/end`);
  const end = await arrive(await browser.submit(question, { logout: "yes" }));
  assert.equal(end.status, 200, end.text);
  assert.deepEqual(asked, []);
  assert.deepEqual(errors, ["fetch failed"]);
});
