/** A browser that treats third-party cookies as a test says. What it does by default is the distribution's choice. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, test as base } from "@playwright/test";
import { type DemoProcess, startDemo } from "#lib/demo/demo-process.ts";
import { type Situation, situations } from "../specs/third-party-cookies.ts";
import { heedComplaints } from "./fixtures.ts";

export interface WorkerOptions {
  situation: Situation;
}

/** Chromium's `profile.cookie_controls_mode`. */
const modes = { allowed: 0, blocked: 1 } as const;

interface WorkerFixtures {
  demo: DemoProcess;
  profile: BrowserContext;
}

/** Tests in one situation, with a demo and a browser that they share. */
export const test = base.extend<object, WorkerOptions & WorkerFixtures>({
  situation: [situations[0] as Situation, { option: true, scope: "worker" }],
  demo: [
    async ({ situation }, use) => {
      const demo = await startDemo({ flags: situation.flags, env: { SESSION_POLL_INTERVAL: "0.5" } });
      await use(demo);
      await demo.stop();
    },
    { scope: "worker" },
  ],
  profile: [
    async ({ playwright, browserName, launchOptions, situation }, use) => {
      const folder = profileWith(situation);
      // With the OP's self-signed certificate accepted, as a user of the demo does.
      const options = { ...launchOptions, ignoreHTTPSErrors: true };
      const profile = await playwright[browserName].launchPersistentContext(folder, options);
      await use(profile);
      await profile.close();
      rmSync(folder, { recursive: true, force: true });
    },
    { scope: "worker" },
  ],
  context: async ({ profile }, use) => {
    const [blank] = profile.pages();
    await heedComplaints(profile, use);
    await profile.clearCookies();
    // The browser would end with its last page.
    await Promise.all(profile.pages().map((page) => page !== blank && page.close()));
  },
});

/** The setting has to be there before the browser starts. */
function profileWith({ thirdPartyCookies }: Situation): string {
  const folder = mkdtempSync(join(tmpdir(), "profile-"));
  mkdirSync(join(folder, "Default"));
  const preferences = { profile: { cookie_controls_mode: modes[thirdPartyCookies] } };
  writeFileSync(join(folder, "Default", "Preferences"), JSON.stringify(preferences));
  return folder;
}
