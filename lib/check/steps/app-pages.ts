/** Page objects of the apps. */
import { expect, type Page } from "@playwright/test";

/** Fields of the authorize form. */
export interface FormChoice {
  grantType?: "Authorization Code" | "Implicit" | "Hybrid" | "Client Credentials" | "Resource Owner";
  implicitResponseType?: string;
  clientId?: string;
  pkce?: "Yes" | "No";
  formPost?: "Yes" | "No";
}

export class App {
  readonly page: Page;
  readonly base: string;

  constructor(page: Page, base: string) {
    this.page = page;
    this.base = base;
  }

  async open(): Promise<void> {
    await this.page.goto(`${this.base}/`);
  }

  /** Steps 1 to 3 of the tutorial: from the start page to the OP. */
  async importPhotos(choice: FormChoice = {}): Promise<void> {
    await this.open();
    await this.page.getByRole("link", { name: "Import Photos" }).click();
    await this.fill(choice);
    await this.page.getByRole("button", { name: "Authorize" }).click();
  }

  async fill({ grantType, implicitResponseType, clientId, pkce, formPost }: FormChoice): Promise<void> {
    const { page } = this;
    if (grantType) await page.getByLabel("Authorization Grant Type").selectOption({ label: grantType });
    if (implicitResponseType || pkce || formPost) await this.unfold();
    if (implicitResponseType)
      await page.getByLabel("Implicit Response Type").selectOption({ label: implicitResponseType });
    if (clientId) await page.getByLabel("Client ID").fill(clientId);
    if (pkce) await page.getByRole("group", { name: "Use PKCE" }).getByLabel(pkce).check();
    if (formPost) await page.getByRole("group", { name: "Enable Form Post" }).getByLabel(formPost).check();
  }

  /** Shows the fields that the tutorial does not name. */
  async unfold(): Promise<void> {
    const { page } = this;
    await expect(page.getByLabel("Authorization Grant Type")).toBeVisible();
    if (!(await page.getByLabel("Scope").isVisible())) await page.getByText("More fields").click();
  }

  async expectLoggedIn(user: string): Promise<void> {
    await expect(this.page.getByText(`Logged in user : ${user}`, { exact: true })).toBeVisible();
  }

  /** The tutorial's last step: reload and see `null`. */
  async expectLoggedOutAfterReload(): Promise<void> {
    await this.page.reload();
    await expect(this.page.getByText("Logged in user : null", { exact: true })).toBeVisible();
  }

  async logout(): Promise<void> {
    await this.page.getByRole("button", { name: "Logout" }).click();
  }

  async session(): Promise<Record<string, string | null>> {
    const response = await this.page.request.get(`${this.base}/session`);
    return (await response.json()) as Record<string, string | null>;
  }
}
