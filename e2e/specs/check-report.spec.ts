/** report.html opened as a file in a browser, with and without scripts. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type BrowserContextOptions, expect, type Page, test } from "@playwright/test";
import type { Report } from "#lib/check/report/report.ts";
import { failed, madeUp, reportOf, saidByOp } from "#lib/check/report/testing/made-up.ts";
import { prepareReports, writeReports } from "#lib/check/report/write.ts";

const folder = mkdtempSync(join(tmpdir(), "report-in-browser-"));
test.afterAll(() => rmSync(folder, { recursive: true }));

let written = 0;
function urlOf(report: Report, file = "report.html"): string {
  const own = join(folder, String(++written));
  prepareReports(own);
  writeReports(own, report);
  return pathToFileURL(join(own, file)).href;
}

const report = reportOf([
  madeUp("R-01"),
  failed("R-02", {
    clause: "RIL 3",
    reason: "The browser was sent elsewhere.",
    curl: "curl -i -G 'https://op.example/logout'",
    evidence: [
      { at: 1_234, what: "logout request", detail: { method: "GET", location: "https://a.example/" } },
    ],
  }),
  madeUp("B-01"),
  failed("B-02", { severity: "critical", cookieMode: "cookies-blocked" }),
  madeUp("B-03", { verdict: "warn", reason: "It is slow." }),
  madeUp("I-01", { verdict: "skip", reason: "Not provable from outside." }),
]);
const shown = (page: Page) => page.locator(".check:visible .id").allTextContents();
const cell = (page: Page, name: string) => page.getByRole("radio", { name, exact: true });

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("the matrix, the capabilities and a failure are readable", async ({ page }) => {
    await page.goto(urlOf(report));
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Single logout of https://op.example");
    await expect(page.getByText("2 failures", { exact: true })).toBeVisible();
    const row = page.getByRole("row", { name: /^Back-Channel Logout/ });
    await expect(row.getByRole("cell")).toHaveText([/1$/, /1$/, /1$/, "·", "·", "3"]);
    await expect(page.getByRole("row", { name: /^back-channel/ }).getByRole("cell")).toHaveText([
      ...["yes", "no", "not seen"],
    ]);
    expect(await shown(page)).toEqual(["B-02", "R-02", "B-03", "R-01", "B-01", "I-01"]);

    const failure = page.locator("#R-02");
    for (const text of [
      "RIL 3 · high",
      "The browser was sent elsewhere.",
      "curl -i -G 'https://op.example/logout'",
    ])
      await expect(failure.getByText(text)).toBeVisible();
    const evidence = failure.getByText('"location": "https://a.example/"');
    await expect(evidence).toBeHidden();
    await failure.getByText("1 entry").click();
    await expect(evidence).toBeVisible();

    const skipped = page.locator("#I-01").getByText("Not provable from outside.");
    await expect(skipped).toBeHidden();
    await page.getByRole("heading", { name: "What I-01 is about" }).click();
    await expect(skipped).toBeVisible();
  });

  test("selecting a count, family or verdict filters the checks, by mouse and keyboard", async ({ page }) => {
    await page.goto(urlOf(report));
    await page.getByText("Back-Channel Logout", { exact: true }).click();
    expect(await shown(page)).toEqual(["B-02", "B-03", "B-01"]);
    await page.locator("label", { has: cell(page, "fail") }).click();
    expect(await shown(page)).toEqual(["B-02", "R-02"]);
    await expect(page.getByRole("heading", { name: /^Other results/ })).toBeHidden();
    await page.locator("label", { has: cell(page, "RP-Initiated Logout, fail: 1") }).click();
    expect(await shown(page)).toEqual(["R-02"]);
    await page.keyboard.press("ArrowRight");
    await expect(cell(page, "RP-Initiated Logout, pass: 1")).toBeChecked();
    expect(await shown(page)).toEqual(["R-01"]);
    await page.getByText("All", { exact: true }).click();
    expect(await shown(page)).toHaveLength(6);
  });
});

const long = "https://op.example/".padEnd(400, "x");
const views: [what: string, options: BrowserContextOptions][] = [
  ["a phone, dark", { viewport: { width: 400, height: 800 }, colorScheme: "dark" }],
  ["a phone, light", { viewport: { width: 400, height: 800 }, colorScheme: "light" }],
  ["a desk", { viewport: { width: 1200, height: 800 } }],
];
for (const [what, options] of views) {
  test(`nothing needs horizontal scrolling: ${what}`, async ({ browser }) => {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    await page.goto(urlOf(saidByOp(long)));
    await page.locator("details").evaluateAll((all) => {
      for (const each of all) each.setAttribute("open", "");
    });
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(width).toBeLessThanOrEqual(options.viewport?.width ?? 0);
    await context.close();
  });
}

test("prints failures with their evidence", async ({ page }) => {
  await page.goto(urlOf(report));
  const evidence = page.locator("#R-02").getByText('"location": "https://a.example/"');
  await expect(evidence).toBeHidden();
  await page.emulateMedia({ media: "print" });
  await expect(evidence).toBeVisible();
});

const script = `<script>document.title = "owned"</script><img src=x onerror="document.title='owned'">`;
for (const [what, text] of [
  ["elements", script],
  ["a closed attribute", `"'><svg onload="document.title='owned'"><a href="javascript:alert(1)">`],
  ["a closed style", `</style></title></pre>${script}`],
] as const) {
  test(`no content from the OP is executed or loaded: ${what}`, async ({ page }) => {
    const requests: string[] = [];
    page.on("request", (request) => void requests.push(request.url()));
    page.on("console", (message) => void requests.push(message.text())); // violations of the policy
    const url = urlOf(saidByOp(text));
    await page.goto(url);
    await expect(page.locator(".check")).toHaveCount(5);
    expect(requests).toEqual([url]);
    expect(await page.title()).toContain(text.replaceAll(/\s+/g, " "));
    await expect(page.locator("script, img, svg, a, [onerror], [onload]")).toHaveCount(0);
    await expect(page.locator("#R-91").getByText(text).first()).toBeVisible();
  });
}

test("junit.xml is well-formed for any text from the OP", async ({ page }) => {
  await page.goto(urlOf(saidByOp(`]]>${script}&\u0000\ufffe\ud800`), "junit.xml"));
  await expect(page.locator("parsererror")).toHaveCount(0);
  await expect(page.locator("testsuites > testsuite > testcase")).toHaveCount(5);
  await expect(page.locator("testcase > failure")).toHaveCount(1);
});
