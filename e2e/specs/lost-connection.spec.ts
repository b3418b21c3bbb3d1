/** A page whose app has gone does not claim to know anything. */

import { App } from "#lib/check/steps/app-pages.ts";
import { parseOpConfig } from "#lib/config/op-config.ts";
import { createLog } from "#lib/log.ts";
import { freePort } from "#lib/net/free-port.ts";
import { startOp } from "#lib/op/server.ts";
import { expect, op as pagesOf, test } from "../support/fixtures.ts";
import { startRp } from "../support/rp-process.ts";

test("it says so, and recovers by itself", async ({ user, page, context }) => {
  const port = await freePort();
  const base = `http://localhost:${port}/playground2`;
  const secret = crypto.randomUUID();
  const apps = JSON.stringify([{ name: "playground2", secret, baseUrls: [base] }]);
  const log = createLog({ name: "op", LOG_FORMAT: "json", LOG_LEVEL: "silent" });
  const op = await startOp(parseOpConfig({ OP_PORT: "0", OP_DATA_DIR: ":memory:", OP_APPS: apps }), log);
  const rp = await startRp({ OP_ISSUER: op.issuer, CLIENT_SECRET: secret }, "playground2", port);
  try {
    const app = new App(page, base);
    await app.importPhotos({ grantType: "Implicit" });
    await pagesOf(page).signIn(user);
    await pagesOf(page).allow(base);
    await app.expectLoggedIn(user.name);
    const monitor = page.locator("[data-monitor]");
    await expect(monitor).toHaveAttribute("data-monitor", "watching");
    await rp.kill();
    await expect(page.locator("[data-connection=lost]")).toBeVisible();
    await expect(monitor).toHaveText(
      "Session management: unknown while this page has no connection to the app.",
    );
    await rp.restart();
    await expect(page.locator("[data-connection=lost]")).toHaveCount(0);
    await expect(monitor).toHaveAttribute("data-monitor", "watching");
    await app.expectLoggedIn(user.name);
  } finally {
    await context.close();
    await rp.stop();
    await op.close();
  }
});
