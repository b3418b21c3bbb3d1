/** Encrypted ID Tokens at the real OP, from registration to logout with every form of id_token_hint. */
import type { Page, Request } from "@playwright/test";
import { App } from "#lib/check/steps/app-pages.ts";
import { type DemoProcess, startDemo } from "#lib/demo/demo-process.ts";
import type { User } from "#lib/products/driver.ts";
import { expect, op, test } from "../support/fixtures.ts";

let demo: DemoProcess;
test.beforeAll(async () => {
  demo = await startDemo({ flags: [] });
});
test.afterAll(() => demo?.stop());

for (const { alg, enc } of [
  { alg: "RSA-OAEP-256", enc: "A256GCM" },
  { alg: "ECDH-ES", enc: "A128CBC-HS256" },
]) {
  test(`logs out a login encrypted with ${alg}, by the button and with each hint by GET and POST`, async ({
    user,
    page,
  }) => {
    test.slow(); // seven logins
    const app = new App(page, demo.apps.playground2);
    await registerEncrypted(page, app, alg, enc);

    await signIn(app, user);
    const byButton = logoutRequest(page);
    await app.logout();
    const sent = parametersOf(await byButton);
    expect(sent.get("tenant_domain")).toBe("carbon.super");
    expect(sent.get("id_token_hint")?.split("."), "five parts: encrypted").toHaveLength(5);
    await expectLoggedOut(page, user);

    for (const method of ["GET", "POST"] as const) {
      for (const [form, parts] of Object.entries(hintForms)) {
        await test.step(`${form} by ${method}`, async () => {
          await signIn(app, user);
          await page.getByText("The logout request, by hand").click();
          await page.getByRole("radio", { name: method }).check();
          await page.getByLabel("What to send as id_token_hint").selectOption(form);
          const announced = ((await page.locator("[data-preview]").textContent()) ?? "").split(" ")[0];
          const byPanel = logoutRequest(page);
          await page.getByRole("button", { name: "Send logout request" }).click();
          const request = await byPanel;
          expect(request.method()).toBe(announced);
          if (form === "signed") expect(announced, "a signed hint fits into a URL").toBe(method);
          expect(parametersOf(request).get("id_token_hint")?.split(".")).toHaveLength(parts);
          await expectLoggedOut(page, user);
        });
      }
    }
  });
}

/** The forms of the hint, with their number of parts. */
const hintForms = { signed: 3, encrypted: 5, claims: 5 };

async function registerEncrypted(page: Page, app: App, alg: string, enc: string): Promise<void> {
  await page.goto(`${app.base}/registration`);
  await page.getByLabel("Username").fill("admin");
  await page.getByLabel("Password").fill("admin");
  await page.getByLabel("ID Token encryption algorithm").selectOption(alg);
  await page.getByLabel("ID Token encryption method").selectOption(enc);
  await page.getByRole("button", { name: "Register this app" }).click();
  await expect(page.getByText(`ID Tokens are encrypted: ${alg} with ${enc}.`)).toBeVisible();
}

async function signIn(app: App, user: User): Promise<void> {
  await app.importPhotos({ grantType: "Implicit" });
  await op(app.page).signIn(user);
  await op(app.page).allow(app.base);
  await app.expectLoggedIn(user.name);
  await expect(app.page.locator("#id-token-encrypted")).toBeVisible();
}

const logoutRequest = (page: Page): Promise<Request> =>
  page.waitForRequest((request) => new URL(request.url()).pathname === "/oidc/logout");

const parametersOf = (request: Request): URLSearchParams =>
  request.method() === "POST"
    ? new URLSearchParams(request.postData() ?? "")
    : new URL(request.url()).searchParams;

/** Expects the OP to have read the hint: it names the user, and shows no warning. */
async function expectLoggedOut(page: Page, user: User): Promise<void> {
  await expect(page.getByText(`asks to log out ${user.name}.`)).toBeVisible();
  await op(page).confirmLogout();
  await expect(page.getByRole("heading", { name: "You are logged out" })).toBeVisible();
  await expect(
    page.getByText("had ended by back-channel logout before the OpenID Provider sent your browser back"),
  ).toBeVisible();
}
