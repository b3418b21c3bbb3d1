/** How long users wait: for the demo to start, and for the other app's page after "Yes". */
import { type BrowserContext, chromium } from "@playwright/test";
import { App } from "#lib/check/steps/app-pages.ts";
import { startDemo } from "#lib/demo/demo-process.ts";
import { ensureBrowser, findBrowser } from "#lib/prepare/system.ts";
import { OpPages } from "#lib/products/embedded/pages.ts";
import { median, ms } from "../measure/statistics.ts";
import type { Context, Result, Row, Table } from "../row.ts";

const user = { name: "alice", password: "alice" };

export const browserRow: Row = {
  name: "browser",
  title: "In a browser, with the demo",
  run: async ({ quick, say }: Context): Promise<Result> => {
    const lane = await ensureBrowser(say);
    if (!lane.ready) return { tables: [], reaches: [], notes: [`${lane.reason}. ${lane.command}`] };
    const began = performance.now();
    const demo = await startDemo({ flags: ["--fresh"] });
    const coldStart = performance.now() - began;
    const executablePath = findBrowser();
    const browser = await chromium.launch({
      ...(executablePath ? { executablePath } : {}),
      args: ["--no-sandbox"],
    });
    try {
      const context = await browser.newContext();
      const logouts = await logOutRepeatedly(context, demo.apps, quick ? 2 : 5);
      return { tables: [waitTable(logouts, coldStart)], reaches: [], notes: [] };
    } finally {
      await browser.close();
      await demo.stop();
    }
  },
};

interface Waits {
  /** From Yes at the OP to null on the other app's page. */
  wait: number;
  /** From the end of the OP session (`toe`) to that of the app. */
  afterOp: number;
}

const waitTable = (logouts: readonly Waits[], coldStart: number): Table => {
  const cells = (of: (logout: Waits) => number) => {
    const values = logouts.map(of);
    return [ms(median(values)), ms(Math.max(...values))];
  };
  return {
    title: "How long users wait",
    head: ["", "median", "worst"],
    rows: [
      ["from Yes at the OP until the other app's page shows null", ...cells(({ wait }) => wait)],
      ["from the end of the OP session (toe) to that of the app", ...cells(({ afterOp }) => afterOp)],
      ["demo: from the command to Ready", ms(coldStart), ""],
    ],
  };
};

async function logOutRepeatedly(
  context: BrowserContext,
  apps: { playground2: string; playground3: string },
  rounds: number,
): Promise<Waits[]> {
  const logouts: Waits[] = [];
  for (let round = 0; round < rounds; round++) logouts.push(await logOut(context, apps));
  return logouts;
}

async function logOut(
  context: BrowserContext,
  bases: { playground2: string; playground3: string },
): Promise<Waits> {
  const two = new App(await context.newPage(), bases.playground2);
  const three = new App(await context.newPage(), bases.playground3);
  for (const app of [two, three]) {
    await app.importPhotos({ grantType: "Authorization Code" });
    if (app === two) await new OpPages(app.page).signIn(user);
    await new OpPages(app.page).allow(app.base);
    await app.expectLoggedIn(user.name);
  }
  await two.logout();
  const yes = two.page.getByRole("button", { name: "Yes" });
  await yes.waitFor();
  await three.page.bringToFront();
  // Both times are read in one browser, from one clock.
  const seen = three.page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const look = () => {
          if (document.querySelector("#logged-in-user")?.textContent === "null") resolve(Date.now());
        };
        new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
      }),
  );
  const clicked = await yes.evaluate((button: HTMLButtonElement) => {
    setTimeout(() => button.click());
    return Date.now();
  });
  const wait = (await seen) - clicked;
  const text = await three.page.getByText(/^Session ended by back-channel logout, /).textContent();
  await Promise.all([two.page.close(), three.page.close()]);
  const [, value, unit] = /logout, ([\d.,]+) (m?s) after the OP/.exec(text ?? "") ?? [];
  return { wait, afterOp: Number(value?.replaceAll(",", "")) * (unit === "s" ? 1000 : 1) };
}
