/** Session management in a real browser: what the fake window of rp-iframe.test.ts cannot prove. */

import type { BrowserContext, Frame, Page } from "@playwright/test";
import { App } from "#lib/check/steps/app-pages.ts";
import { freePort } from "#lib/net/free-port.ts";
import type { User } from "#lib/products/driver.ts";
import { demo } from "../support/demo.ts";
import { expect, op, test } from "../support/fixtures.ts";
import { whole } from "../support/launch-options.ts";

const intervalMs = 2000;

/** Runs in every frame: records the messages it receives. */
function record(): void {
  const heard: unknown[] = [];
  Object.assign(globalThis, { heard });
  addEventListener("message", ({ data }) => heard.push(data));
}

const heardBy = (frame: Frame): Promise<unknown[]> =>
  frame.evaluate(() => (globalThis as unknown as { heard: unknown[] }).heard);

/** How often the OP iframe has given this answer. */
const answers = async (page: Page, word: string): Promise<number> =>
  (await heardBy(rpIframe(page))).filter((data) => data === word).length;

/** How often the OP iframe was asked. */
const questions = async (page: Page): Promise<number> =>
  page.frame({ url: opIframeUrl }) ? (await heardBy(opIframe(page))).length : 0;

const opIframeUrl = /\/oidc\/checksession\?/;
const rpIframe = (page: Page) => frameAt(page, /\/rpiframe$/);
const opIframe = (page: Page) => frameAt(page, opIframeUrl);

function frameAt(page: Page, url: RegExp): Frame {
  const frame = page.frame({ url });
  if (!frame) throw new Error(`no frame at ${url}`);
  return frame;
}

const expectMonitor = (page: Page, status: string) =>
  expect(page.locator("[data-monitor]")).toHaveAttribute("data-monitor", status);

/** Posts a message to the RP iframe from this frame. */
const say = (frame: Frame, data: unknown) =>
  frame.evaluate((message) => {
    const target = location.pathname.endsWith("/checksession")
      ? parent
      : document.querySelector("iframe")?.contentWindow;
    target?.postMessage(message, "*");
  }, data);

async function signedIn(page: Page, base: string, user: User): Promise<void> {
  await page.context().addInitScript(record);
  await page.clock.install();
  const app = new App(page, base);
  await app.importPhotos({ grantType: "Implicit" });
  await op(page).signIn(user);
  await op(page).allow(base);
  await app.expectLoggedIn(user.name);
}

/** URLs requested by the page and its frames from now on. */
function requestsOf(page: Page): string[] {
  const urls: string[] = [];
  page.on("request", (request) => urls.push(request.url()));
  return urls;
}

/** Advances the clock of the page and its frames by one interval, and waits for the OP iframe's answer. */
async function poll(page: Page): Promise<void> {
  const before = await answers(page, "unchanged");
  await page.clock.runFor(intervalMs);
  await expect.poll(() => answers(page, "unchanged")).toBeGreaterThan(before);
}

test("polls thirty times in sixty idle seconds, without a request and without changed", async ({
  page,
  apps,
  user,
}) => {
  await signedIn(page, apps.playground2, user);
  await expectMonitor(page, "watching");
  const requests = requestsOf(page);
  for (let n = 0; n < 30; n++) await poll(page);
  expect(await answers(page, "unchanged")).toBeGreaterThan(30);
  expect(new Set(await heardBy(rpIframe(page)))).toEqual(new Set(["unchanged"]));
  await expectMonitor(page, "watching");
  expect(requests).toEqual([]);
});

test("accepts only the three words, and only from the OP iframe", async ({ page, apps, user }) => {
  await signedIn(page, apps.playground2, user);
  await expectMonitor(page, "watching");
  const requests = requestsOf(page);
  // A second frame of the OP: the right origin, but another window.
  await rpIframe(page).evaluate(async (src) => {
    const frame = document.createElement("iframe");
    frame.src = src;
    frame.name = "second";
    const loaded = new Promise((resolve) => frame.addEventListener("load", resolve));
    document.body.append(frame);
    await loaded;
  }, `${demo.op}/oidc/checksession?second`);
  const forgeries: [Frame, unknown][] = [
    [page.mainFrame(), "changed"],
    [frameAt(page, /\?second$/), "changed"],
    [opIframe(page), "Changed"],
    [opIframe(page), ["changed"]],
  ];
  for (const [index, [frame, data]] of forgeries.entries()) {
    await say(frame, data);
    const others = async () => (await heardBy(rpIframe(page))).filter((heard) => heard !== "unchanged");
    await expect.poll(async () => (await others()).length).toBe(index + 1);
  }
  await poll(page);
  await expectMonitor(page, "watching");
  const silent = `${apps.playground2}/rpiframe/silent`;
  expect(requests).not.toContain(silent);

  const asked = page.waitForRequest(silent);
  await say(opIframe(page), "changed");
  await asked;
  await expectMonitor(page, "watching");
});

for (const [answer, script, status] of [
  [
    "error",
    'addEventListener("message", ({ source, origin }) => source.postMessage("error", origin))',
    "error",
  ],
  ["nothing", "", "no answer"],
] as const) {
  test(`reports an OP iframe that answers ${answer}, without a silent request`, async ({
    page,
    apps,
    user,
  }) => {
    await page.route("**/assets/op/op-iframe.js", (route) =>
      route.fulfill({ contentType: "text/javascript", body: script }),
    );
    const requests = requestsOf(page);
    await signedIn(page, apps.playground2, user);
    await expect.poll(() => questions(page)).toBeGreaterThan(0);
    for (let n = 0; n < 3; n++) await page.clock.runFor(intervalMs);
    await expectMonitor(page, status);
    expect(requests.filter((url) => url.includes("/rpiframe/silent"))).toEqual([]);
  });
}

test("pauses while the tab is hidden, and continues when it is visible again", async ({
  playwright,
  apps,
  user,
}) => {
  const port = await freePort();
  const args = [...(whole.args ?? []), `--remote-debugging-port=${port}`];
  const browser = await playwright.chromium.launch({ ...whole, args });
  // With its defaults, Playwright makes every page believe that it is visible.
  const tabs = await playwright.chromium.connectOverCDP(`http://127.0.0.1:${port}`, { noDefaults: true });
  const [context] = tabs.contexts() as [BrowserContext];
  const page = await context.newPage();
  await signedIn(page, apps.playground2, user);
  await expectMonitor(page, "watching");

  const other = await context.newPage();
  await other.bringToFront();
  await expectMonitor(page, "paused");
  const asked = await questions(page);
  for (let n = 0; n < 5; n++) await page.clock.runFor(intervalMs);
  expect(await questions(page)).toBe(asked);

  await page.bringToFront();
  await poll(page);
  await expectMonitor(page, "watching");
  await tabs.close();
  await browser.close();
});
