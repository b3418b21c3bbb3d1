/** S and D: what SDKs in the app's pages need of an OP. */
import { discoveryUrl } from "#lib/net/discovery-url.ts";
import type { Check } from "../run/check.ts";
import { closePage } from "../run/close-page.ts";
import { needsSight, needsUnchanged, OpIframe, question, withClient } from "../steps/op-iframe.ts";
import { ownProbe } from "../steps/own-probe.ts";
import { signInTab } from "../steps/raw-sign-in.ts";
import { askFromAbove, readFromScript } from "../steps/sdk-requests.ts";

export const browserSdks: Check[] = [
  {
    id: "S-18",
    title: "The OP iframe answers a page that frames it at any depth",
    clause: "SM 3.1, 3.2",
    severity: "medium",
    needs: ["session-management"],
    run: async (t) => {
      needsSight(t);
      const browser = await t.browser();
      const a = t.rp("rp-a");
      const session = await t.signIn(browser, a, t.alice);
      const iframe = await OpIframe.open(t, browser, a);
      await needsUnchanged(t.report, iframe, session);
      // As an SDK loads it.
      const src = withClient(iframe.src, a);
      const answer = await askFromAbove(iframe.host.page(), src, question(t.report, session));
      t.report.note("the OP iframe, asked from two levels above", { answer });
      if (answer === "silent")
        t.report.warn("It does not answer the page around the frame that contains it, as some SDKs ask.");
      else if (answer !== "unchanged")
        t.report.warn(`Asked from two levels above, it answers ${answer} while the login is the same.`);
    },
  },
  {
    id: "D-10",
    title: "An app's scripts can read the OP's metadata and token response, also with credentials",
    clause: "Fetch 3.3",
    severity: "medium",
    needs: [],
    run: async (t) => {
      const probe = await ownProbe(t, {
        name: "rp-script",
        metadata: {
          token_endpoint_auth_method: "none",
          response_types: ["code"],
          grant_types: ["authorization_code"],
        },
      });
      const browser = await t.browser();
      const tab = await signInTab(t, browser, probe, t.alice);
      await closePage(tab.page); // it may still be loading
      const page = await browser.newPage();
      await page.goto(`${probe.base}/rp-iframe`);
      const { token_endpoint: tokenEndpoint = "", jwks_uri: jwksUri = "" } = t.metadata;
      const token = {
        grant_type: "authorization_code",
        client_id: probe.client.clientId,
        redirect_uri: `${probe.base}/callback`,
        code: tab.code,
        code_verifier: tab.codeVerifier,
      };
      const requests: [what: string, url: string, form?: Record<string, string>][] = [
        ["token endpoint", tokenEndpoint, token],
        ["discovery document", discoveryUrl(t.context.issuer)],
        ["jwks_uri", jwksUri],
      ];
      const [never, notWithCredentials]: [string[], string[]] = [[], []];
      for (const [what, url, form] of requests) {
        if (!url) continue;
        const result = await readFromScript(page, url, form);
        t.report.note(`a script of ${probe.base} asks the ${what}`, { url, ...result });
        if (!result.plainly) never.push(what);
        else if (!result.withCredentials) notWithCredentials.push(what);
      }
      const unread = "Scripts of the app cannot read the answer";
      if (never.length > 0) t.report.warn(`${unread} of: ${never.join(", ")}.`);
      if (notWithCredentials.length > 0)
        t.report.warn(`${unread} to a request with credentials, of: ${notWithCredentials.join(", ")}.`);
    },
  },
];
