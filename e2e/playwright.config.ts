/** End-to-end tests: a real Chromium and the real demo, on separate ports. */
import { join } from "node:path";
import { defineConfig, type PlaywrightTestConfig } from "@playwright/test";
import { situations } from "./specs/third-party-cookies.ts";
import type { WorkerOptions } from "./support/cookie-setting.ts";
import { demo, testers } from "./support/demo.ts";
import type { Options } from "./support/fixtures.ts";
import { fast, whole } from "./support/launch-options.ts";

/** Shared by all end-to-end runs. */
export const common = {
  outputDir: "results",
  fullyParallel: true,
  forbidOnly: true,
  retries: 0,
  // Generous: a busy machine must not fail a test.
  timeout: 90_000,
  expect: { timeout: 15_000 },
  use: {
    browserName: "chromium",
    launchOptions: fast,
    screenshot: "only-on-failure",
    trace: process.env.E2E_TRACE ? "retain-on-failure" : "off",
  },
} satisfies PlaywrightTestConfig;

const bySituation = /third-party-cookies\.spec/;

export default defineConfig<Options, WorkerOptions>({
  ...common,
  testDir: "specs",
  workers: testers.length,
  projects: [
    { name: "front door", use: { apps: demo.throughFrontDoor }, testIgnore: bySituation },
    {
      name: "own ports",
      use: { apps: demo.onOwnPorts, launchOptions: whole },
      testMatch: /walkthrough/,
      // The address of an app matters to the way the answer comes back, not to the client's authentication.
      grep: /tutorial|Implicit, form_post|confidential client, PKCE|Hybrid$/,
    },
    ...situations.map((situation) => ({
      name: situation.name,
      use: { situation, launchOptions: whole },
      testMatch: bySituation,
    })),
  ],
  webServer: {
    command: demo.command,
    cwd: join(import.meta.dirname, ".."),
    wait: { stdout: /^Ready: /m },
    timeout: 60_000,
    gracefulShutdown: { signal: "SIGTERM", timeout: 10_000 },
    stdout: "ignore",
    stderr: "pipe",
  },
});
