/** What SDKs do in an app's page. */
import type { Page } from "@playwright/test";

/** Longest wait for an answer, in milliseconds. */
const patience = 2000;

/** Frames the OP iframe in a frame of the page's own, and asks it from the page.
 * @returns the answer, or `silent` */
export function askFromAbove(page: Page, src: string, message: string): Promise<string> {
  return page.evaluate(
    async ({ src, message, patience }) => {
      const frame = document.createElement("iframe");
      document.body.append(frame);
      const between = frame.contentDocument;
      const opIframe = between?.createElement("iframe");
      if (!between || !opIframe) throw new Error("the page has no document in its frame");
      const loaded = new Promise((resolve) => opIframe.addEventListener("load", resolve, { once: true }));
      opIframe.src = src;
      between.body.append(opIframe);
      await Promise.race([loaded, new Promise((resolve) => setTimeout(resolve, 5 * patience))]);
      return new Promise<string>((resolve) => {
        addEventListener("message", ({ source, data }) => {
          if (source === opIframe.contentWindow)
            resolve(typeof data === "string" ? data : JSON.stringify(data));
        });
        setTimeout(resolve, patience, "silent");
        opIframe.contentWindow?.postMessage(message, new URL(src).origin);
      });
    },
    { src, message, patience },
  );
}

interface Readable {
  withCredentials: boolean;
  /** Without credentials. */
  plainly: boolean;
}

/** Sends the request from a script of the page.
 * @param form to post; default: a GET
 * @returns whether the script can read an answer, whatever its status */
export function readFromScript(page: Page, url: string, form?: Record<string, string>): Promise<Readable> {
  return page.evaluate(
    async ({ url, form }) => {
      const canRead = (credentials: RequestCredentials) =>
        fetch(url, {
          credentials,
          ...(form ? { method: "POST", body: new URLSearchParams(form) } : {}),
        }).then(
          () => true,
          () => false,
        );
      const withCredentials = await canRead("include");
      return { withCredentials, plainly: withCredentials || (await canRead("omit")) };
    },
    { url, form },
  );
}
