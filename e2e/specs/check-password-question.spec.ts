/** Whether a sign-in asks for the password, on pages like those of products, in a real browser. */
import { expect, test } from "@playwright/test";
import { asksForPassword } from "#lib/check/steps/password-question.ts";

const origin = "http://op.example";
const name = '<form action="/next"><input name="username"><button>Next</button></form>';
const password = '<form><input type="password" name="password"><button>Sign in</button></form>';

/** The first page, and the page after the name was sent. */
const signIns: Record<string, { first: string; next?: string; asks: boolean }> = {
  "on one page": {
    first: '<form><input name="username"><input type="password"><button>Sign in</button></form>',
    asks: true,
  },
  "on the page after the name": { first: name, next: password, asks: true },
  "with a known username": { first: password, asks: true },
  "that needs only the name": { first: name, next: "<p>Welcome back", asks: false },
  "that needs only a click": {
    first: `<form><button>Continue as alice</button></form><div hidden>${password}</div>`,
    asks: false,
  },
};

for (const [what, { first, next = "", asks }] of Object.entries(signIns)) {
  test(`a sign-in ${what} ${asks ? "asks" : "does not ask"} for the password`, async ({ page }) => {
    const sent: (string | null)[] = [];
    await page.route(`${origin}/**`, (route) => {
      const { pathname, searchParams } = new URL(route.request().url());
      if (pathname === "/next") sent.push(searchParams.get("username"));
      const html = pathname === "/next" ? next : first;
      return route.fulfill({ contentType: "text/html", body: `<!doctype html>${html}` });
    });
    await page.goto(`${origin}/`);
    expect(await asksForPassword(page, "alice", asks ? 10_000 : 3_000)).toBe(asks);
    await expect.poll(() => sent).toEqual(next ? ["alice"] : []);
  });
}
