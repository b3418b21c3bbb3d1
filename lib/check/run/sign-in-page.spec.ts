/** Which pages ask who the user is, in a real browser. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Page } from "@playwright/test";
import { asksWhoTheUserIs } from "../steps/password-question.ts";
import { type Browsers, launch } from "./browsers.ts";

const pages: [what: string, fields: string, asks: boolean][] = [
  ["asks for a password", '<input type="password">', true],
  ["asks for a user name", '<input name="username">', true],
  ["asks for an address first", '<input type="email">', true],
  ["asks for an identifier first", '<input type="text" id="identifierId">', true],
  ["has a field for a user that is hidden", '<input type="hidden" name="user">', false],
  ["says that the user is signed out, and has a search", '<input type="text" name="q">', false],
  ["has no field", "", false],
];

describe("a page that", () => {
  let browsers: Browsers;
  let page: Page;
  before(async () => {
    browsers = await launch("cookies-allowed", false);
    page = await (await browsers.fresh()).newPage();
  });
  after(() => browsers.close());

  for (const [what, fields, asks] of pages)
    it(`${what} is ${asks ? "a" : "no"} sign-in page`, async () => {
      await page.setContent(`<h1>A page</h1><form>${fields}</form>`);
      assert.equal(await asksWhoTheUserIs(page), asks);
    });
});
