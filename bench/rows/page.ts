/** How long a page with sixteen tabs takes to show null after the OP has ended the session (reach 5). */
import { type Browser, type BrowserContext, chromium, type Page } from "@playwright/test";
import { App } from "#lib/check/steps/app-pages.ts";
import { startDemo } from "#lib/demo/demo-process.ts";
import { ensureBrowser, findBrowser } from "#lib/prepare/system.ts";
import { OpPages } from "#lib/products/embedded/pages.ts";
import { ms, quantile } from "../measure/statistics.ts";
import type { Context, Result, Row } from "../row.ts";

const tabs = 16;
const alice = { name: "alice", password: "alice" };
const admin = { name: "admin", password: "admin" };

interface Logout {
  /** From the end of the session at the OP (`toe`) until the tab in front shows null, in milliseconds. */
  front: number;
  /** Until the last tab does. */
  last: number;
  /** Until the app has ended its own session. */
  app: number;
}

export const page: Row = {
  name: "page",
  title: "From the OP's notification to the page, with sixteen open tabs",
  run: async ({ quick, say }: Context): Promise<Result> => {
    const lane = await ensureBrowser(say);
    if (!lane.ready) return { tables: [], reaches: [], notes: [`${lane.reason}. ${lane.command}`] };
    const demo = await startDemo({ flags: [] });
    const executablePath = findBrowser();
    const browser = await chromium.launch({
      ...(executablePath ? { executablePath } : {}),
      args: ["--no-sandbox"],
    });
    try {
      return resultOf(await measure(browser, demo.apps.playground3, quick ? 5 : 24, say));
    } finally {
      await browser.close();
      await demo.stop();
    }
  },
};

async function measure(
  browser: Browser,
  base: string,
  logouts: number,
  say: Context["say"],
): Promise<Logout[]> {
  const user = await browser.newContext();
  const front = new App(await user.newPage(), base);
  const op = await signIn(front);
  const others: Page[] = [];
  for (let tab = 1; tab < tabs; tab++) {
    const other = new App(await user.newPage(), base);
    await other.open();
    await other.expectLoggedIn(alice.name);
    others.push(other.page);
  }
  const office = await signInAtSessionsPage(await browser.newContext(), op);
  const measured: Logout[] = [];
  for (let number = 1; number <= logouts; number++) {
    say(`Logout ${number} of ${logouts}`);
    if (number > 1) await signIn(front);
    for (const tab of others) await new App(tab, base).expectLoggedIn(alice.name);
    measured.push(await logOut([front.page, ...others], office, base));
  }
  return measured;
}

/** @returns the origin of the OP */
async function signIn(app: App): Promise<string> {
  await app.page.bringToFront();
  await app.importPhotos({ grantType: "Authorization Code" });
  await app.page.getByLabel("Username").waitFor();
  const { origin } = new URL(app.page.url());
  await new OpPages(app.page).signIn(alice);
  await new OpPages(app.page).allow(app.base);
  await app.open();
  await app.expectLoggedIn(alice.name);
  return origin;
}

async function signInAtSessionsPage(context: BrowserContext, op: string): Promise<Page> {
  const office = await context.newPage();
  await office.goto(`${op}/sessions`);
  await new OpPages(office).signIn(admin);
  await office.getByRole("heading", { name: "Sessions" }).waitFor();
  return office;
}

async function logOut(pages: readonly [Page, ...Page[]], office: Page, base: string): Promise<Logout> {
  await office.reload();
  // All times are of one machine's clock.
  const seen = pages.map((tab) => tab.evaluate(untilNull));
  const end = office.locator(`[data-session=${alice.name}]`).getByRole("button", { name: "End session" });
  await end.first().evaluate((button: HTMLButtonElement) => setTimeout(() => button.click()));
  const [first = Number.NaN, ...rest] = await Promise.all(seen);
  const [front] = pages;
  const text = await front.getByText(/^Session ended by back-channel logout, /).textContent();
  const [, value, unit] = /logout, ([\d.,]+) (m?s) after the OP/.exec(text ?? "") ?? [];
  const afterOp = Number(value?.replaceAll(",", "")) * (unit === "s" ? 1000 : 1);
  const toe = (await endedAt(front, base)) - afterOp;
  return { front: first - toe, last: Math.max(first, ...rest) - toe, app: afterOp };
}

const untilNull = () =>
  new Promise<number>((resolve) => {
    const look = () => {
      if (document.querySelector("#logged-in-user")?.textContent === "null") resolve(Date.now());
    };
    new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
  });

/** When the app ended its session: the name of that state of the session, in the event stream. */
const endedAt = (tab: Page, base: string): Promise<number> =>
  tab.evaluate(
    (url) =>
      new Promise<number>((resolve) => {
        const stream = new EventSource(url);
        stream.addEventListener("session", ({ lastEventId }) => {
          stream.close();
          resolve(Number(/^ended-(\d+)$/.exec(lastEventId)?.[1]));
        });
      }),
    `${base}/events`,
  );

function resultOf(measured: readonly Logout[]): Result {
  const row = (what: string, of: (logout: Logout) => number) => {
    const values = measured.map(of);
    return [what, ...[0.5, 0.95, 1].map((q) => ms(quantile(values, q)))];
  };
  return {
    tables: [
      {
        title: `From the end of the OP session (\`toe\`), ${measured.length} logouts`,
        head: ["until", "p50", "p95", "worst"],
        rows: [
          row("the app has ended its session", ({ app }) => app),
          row("the tab in front shows null", ({ front }) => front),
          row("the last of the sixteen tabs shows null", ({ last }) => last),
        ],
      },
    ],
    reaches: [
      {
        what: "5: the tab in front shows null, p95",
        ...{ bound: "at most", limit: 50, unit: "ms" },
        measured: quantile(
          measured.map(({ front }) => front),
          0.95,
        ),
      },
    ],
    notes: ["Chromium, the OP, both apps and the front door share the machine."],
    data: measured,
  };
}
