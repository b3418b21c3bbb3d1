/** Two replicas of each app on one Redis, behind a proxy that sends each request to another one. */
import { defineConfig } from "@playwright/test";
import { common } from "./playwright.config.ts";

export default defineConfig({
  ...common,
  testDir: "replicas",
  testMatch: /\.spec\.ts$/,
  fullyParallel: false,
  workers: 1,
});
