/** Two replicas of each app on one Redis, behind a round-robin proxy. */
import { defineConfig } from "@playwright/test";
import { common } from "./playwright.config.ts";

export default defineConfig({
  ...common,
  testDir: "replicas",
  testMatch: /\.spec\.ts$/,
  fullyParallel: false,
  workers: 1,
});
