/** Pages that a check uses again. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, it } from "node:test";
import type { BrowserContext } from "@playwright/test";
import { type Browsers, launch } from "./browsers.ts";
import { KeptPages } from "./kept-pages.ts";

const server = createServer((_, response) => response.setHeader("content-type", "text/html").end("<p>Here"));
let browsers: Browsers;
let browser: BrowserContext;
let [app, other] = ["", ""];
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  [app, other] = [`http://app.localhost:${port}`, `http://other.localhost:${port}`];
  browsers = await launch("cookies-allowed", false);
  browser = await browsers.fresh();
});
after(async () => {
  await browsers.close();
  server.closeAllConnections();
  server.close();
});

it("a page that has come to the app is used again, in that browser alone", async () => {
  const pages = new KeptPages();
  const page = await pages.take(browser, app);
  await page.goto(`${app}/callback`);
  await pages.give(page, app);
  assert.notEqual(await pages.take(await browsers.fresh(), app), page);
  assert.equal(await pages.take(browser, other), page, "at another app too, if there is no better one");
  assert.notEqual(await pages.take(browser, app), page, "by one step at a time");
});

it("a page at the app is preferred", async () => {
  const pages = new KeptPages();
  const kept = [await pages.take(browser, app), await pages.take(browser, app)] as const;
  await kept[0].goto(other);
  await kept[1].goto(app);
  await pages.give(kept[0], other);
  await pages.give(kept[1], app);
  assert.equal(await pages.take(browser, app), kept[1]);
});

it("a page that was left elsewhere is closed", async () => {
  const pages = new KeptPages();
  const page = await pages.take(browser, app);
  await page.goto(other);
  await pages.give(page, app);
  assert.ok(page.isClosed());
  assert.notEqual(await pages.take(browser, app), page);
});
