/** The walkthrough against a third-party OpenID Provider. */
import { defineConfig } from "@playwright/test";
import { common } from "./playwright.config.ts";

export default defineConfig({
  ...common,
  testDir: "idps/glewlwyd",
  testMatch: /\.spec\.ts$/,
  workers: 1,
});
