/** The walkthrough against a real OpenID Provider that others wrote. */
import { defineConfig } from "@playwright/test";
import { common } from "./playwright.config.ts";

export default defineConfig({
  ...common,
  testDir: "idps/glewlwyd",
  testMatch: /\.spec\.ts$/,
  workers: 1,
});
