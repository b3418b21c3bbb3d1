/** A browser with a given setting for third-party cookies; its default depends on the distribution. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, test as base } from "@playwright/test";
import { type DemoProcess, startDemo } from "#lib/demo/demo-process.ts";
import { type Situation, situations } from "../specs/third-party-cookies.ts";
import { failOnPageErrors } from "./fixtures.ts";

export interface WorkerOptions {
  situation: Situation;
}

/** Chromium's `profile.cookie_controls_mode`. */
const modes = { allowed: 0, blocked: 1 } as const;

interface WorkerFixtures {
  demo: DemoProcess;
  profile: BrowserContext;
}

/** Tests in one situation, sharing a demo and a browser. */
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
      // Accepts the OP's self-signed certificate, as users of the demo do.
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
    await failOnPageErrors(profile, use);
    await profile.clearCookies();
    // Closing the last page would end the browser.
    await Promise.all(profile.pages().map((page) => page !== blank && page.close()));
  },
});

/** Written before the browser starts, which reads it only then. */
function profileWith({ thirdPartyCookies }: Situation): string {
  const folder = mkdtempSync(join(tmpdir(), "profile-"));
  mkdirSync(join(folder, "Default"));
  const preferences = { profile: { cookie_controls_mode: modes[thirdPartyCookies] } };
  writeFileSync(join(folder, "Default", "Preferences"), JSON.stringify(preferences));
  return folder;
}
