/** oidc-provider as others use it: its own defaults, plain pages, and no consent unless asked for. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import Provider, { type Configuration } from "oidc-provider";

export interface PlainOp {
  issuer: string;
  /** How often a name and password were sent. */
  signIns: number;
  /** How its pages look; a test may change it. */
  pages: Pages;
  close(): Promise<void>;
}

interface Pages {
  signIn: "form" | "fetch" | "two pages" | "one-time code";
  consent: boolean;
  logout: "yes or no" | "yes" | "none";
}

const page = (body: string) => `<!doctype html><meta charset="utf-8"><title>Plain</title>${body}`;
const fields = `<input name="name" autocomplete="username"><input name="password" type="password">`;
const post = (body: string) => `<form method="post">${body}</form>`;

/** A page that signs in by a script, which shows its button until the next page is there. */
const byFetch = `<form>${fields}<button>Sign in</button></form><script>
document.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = new URLSearchParams(new FormData(event.target));
  const response = await fetch(location.href, { method: "POST", body, headers: { accept: "application/json" } });
  location.assign((await response.json()).location);
});
</script>`;

const signInPages: Record<Pages["signIn"], string> = {
  form: post(`${fields}<button name="cancel" type="button">Cancel</button><button>Sign in</button>`),
  fetch: byFetch,
  "two pages": post(`<input name="name"><button>Next</button>`),
  "one-time code": post(`${fields}<button>Sign in</button>`),
};
const passwordPage = post(`<p>alice</p><input name="password" type="password"><button>Sign in</button>`);
const codePage = post(`<label>Code <input name="otp"></label><button>Verify</button>`);
const consentPage = post(
  `<button name="allow" value="no">Deny</button><button name="allow" value="yes">Allow</button>`,
);

const logoutButtons: Record<Pages["logout"], string> = {
  "yes or no": `<button form="op.logoutForm">No, stay</button><button form="op.logoutForm" name="logout" value="yes">Yes</button>`,
  yes: `<button form="op.logoutForm" name="logout" value="yes">Log out</button>`,
  none: `<input type="hidden" form="op.logoutForm" name="logout" value="yes"><script>document.forms[0].submit()</script>`,
};

/** Listens on a free port of localhost. Logout tokens go to loopback addresses, which oidc-provider refuses as it ships.
 * @param more overrides its configuration */
export async function plainOp(pages: Partial<Pages> = {}, more: Configuration = {}): Promise<PlainOp> {
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
  const op: PlainOp = {
    issuer,
    signIns: 0,
    pages: { signIn: "form", consent: false, logout: "yes or no", ...pages },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const provider = new Provider(issuer, {
    fetch: (url, { dispatcher: _, ...init }: RequestInit & { dispatcher?: unknown } = {}) => fetch(url, init),
    features: {
      devInteractions: { enabled: false },
      registration: { enabled: true },
      registrationManagement: { enabled: true },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        logoutSource: (ctx, form) => {
          ctx.body = page(form + logoutButtons[op.pages.logout]);
        },
      },
    },
    findAccount: (_ctx, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    loadExistingGrant: async (ctx) => {
      const { client, session, provider: own } = ctx.oidc;
      const id = ctx.oidc.result?.consent?.grantId ?? session?.grantIdFor(client?.clientId ?? "");
      if (id) return own.Grant.find(id);
      if (op.pages.consent) return undefined;
      return granted(
        new own.Grant({ clientId: client?.clientId ?? "", accountId: session?.accountId ?? "" }),
      );
    },
    ttl: { Interaction: 600, Session: 3600, Grant: 3600, AccessToken: 600, IdToken: 600, RefreshToken: 3600 },
    ...more,
  });
  const callback = provider.callback();
  const answer = async (request: IncomingMessage, response: ServerResponse) =>
    request.url?.startsWith("/interaction/") ? interact(request, response) : callback(request, response);

  async function interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { prompt, params, session } = await provider.interactionDetails(request, response);
    const html = (body: string) =>
      void response.writeHead(200, { "content-type": "text/html" }).end(page(body));
    if (request.method === "GET")
      return html(prompt.name === "login" ? signInPages[op.pages.signIn] : consentPage);
    const sent = new URLSearchParams(await text(request));
    if (prompt.name === "consent") {
      if (sent.get("allow") !== "yes")
        return provider.interactionFinished(request, response, { error: "access_denied" });
      const grant = new provider.Grant({
        clientId: String(params.client_id),
        accountId: session?.accountId ?? "",
      });
      const { jti: grantId } = await granted(grant);
      return provider.interactionFinished(request, response, { consent: { grantId } });
    }
    const name = sent.get("name");
    if (op.pages.signIn === "two pages" && name) return html(passwordPage);
    op.signIns += 1;
    const accountId = name ?? sent.get("password") ?? "";
    // Every user's password is their name.
    if (sent.get("password") !== accountId) return html(signInPages[op.pages.signIn]);
    if (op.pages.signIn === "one-time code") return html(codePage);
    const result = { login: { accountId } };
    if (request.headers.accept !== "application/json")
      return provider.interactionFinished(request, response, result);
    const location = await provider.interactionResult(request, response, result);
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ location }));
  }
  return op;
}

type Grant = InstanceType<Provider["Grant"]>;

async function granted(grant: Grant): Promise<Grant> {
  grant.addOIDCScope("openid offline_access");
  await grant.save();
  return grant;
}
