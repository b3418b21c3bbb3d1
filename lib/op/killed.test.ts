/** The OP as a process that is killed: every app in the session is notified, and only if the session has ended. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { afterEach, beforeEach, describe, it } from "node:test";
import { setTimeout as elapsed } from "node:timers/promises";
import { decodeJwt } from "jose";
import { HttpBrowser, type Visit } from "#lib/net/http-browser.ts";
import { expireSessions } from "./testing/expired-sessions.ts";
import { type OpProcess, opProcess } from "./testing/op-process.ts";
import { isSignedIn, logoutUrl, signIn } from "./testing/op-under-test.ts";

const apps = ["photos", "albums"] as const;

describe("an OP that is killed", () => {
  let op: OpProcess;
  let browser: HttpBrowser;
  beforeEach(async () => {
    op = await opProcess();
    browser = new HttpBrowser();
  });
  afterEach(() => op.close());

  async function signedIn(more: Record<string, string> = {}): Promise<{ sid: unknown; question: Visit }> {
    const { idToken, claims } = await signIn(op, browser, "photos");
    await signIn(op, browser, "albums");
    const question = await browser.get(logoutUrl(op, { id_token_hint: idToken, ...more }));
    return { sid: claims.sid, question };
  }

  const notifiedOf = (app: (typeof apps)[number], sid: unknown): boolean =>
    op[app].logoutTokens.some((token) => decodeJwt(token).sid === sid);

  /** Resolves once this app has been notified of the session. */
  async function notified(app: (typeof apps)[number], sid: unknown): Promise<void> {
    const late = AbortSignal.timeout(30_000);
    while (!notifiedOf(app, sid)) {
      await Promise.race([op[app].next(), once(late, "abort")]);
      assert.ok(!late.aborted, `${app} was not notified of ${sid}`);
    }
  }

  it("after Yes and before the first logout token is sent notifies every app when it starts again", async () => {
    await op.end();
    await op.start({ OP_FAULTS: "logout-token-late" }); // three seconds, so that none is sent
    const { sid, question } = await signedIn();
    const elsewhere = browser.copy();
    const answer = browser.submit(question, { logout: "yes" }).catch(() => "none");
    while (await isSignedIn(op, elsewhere)); // until the session has ended
    await op.kill();
    assert.equal(await answer, "none");
    assert.deepEqual(
      apps.map((app) => notifiedOf(app, sid)),
      [false, false],
    );

    const before = Math.floor(Date.now() / 1000);
    await op.start();
    for (const app of apps) {
      await notified(app, sid);
      const { iat = 0, toe } = decodeJwt(op[app].logoutTokens.at(-1) ?? "");
      assert.ok(iat >= before, "the token is of now");
      assert.ok(Number(toe) < before + 1, "the time of the event is that of the logout");
    }
    assert.equal(await isSignedIn(op, elsewhere), false);
  });

  it("at any moment notifies all apps of the session if it has ended, and none if it has not", async () => {
    for (let round = 0; round < 10; round++) {
      browser = new HttpBrowser();
      const { sid, question } = await signedIn();
      const elsewhere = browser.copy();
      const answer = browser.submit(question, { logout: "yes" }).catch(() => "none");
      // Every other time when an app has been notified, which the OP has not yet stored.
      const after = round % 2 === 1 ? Promise.race(apps.map((app) => op[app].next())) : elapsed(round * 3);
      await Promise.race([after, answer]);
      await op.kill();
      await op.start();
      if (await isSignedIn(op, elsewhere)) {
        assert.deepEqual(
          apps.map((app) => notifiedOf(app, sid)),
          [false, false],
          `round ${round}`,
        );
        const again = await browser.submit(question, { logout: "yes" }); // the question is still open
        assert.notEqual(again.status, 400, again.text);
      }
      for (const app of apps) await notified(app, sid);
    }
  });

  it("while the user is logged out everywhere ends all sessions or none", async () => {
    const others = [new HttpBrowser(), new HttpBrowser()];
    const sids: unknown[] = [];
    for (const other of others) sids.push((await signIn(op, other, "photos")).claims.sid);
    const { sid, question } = await signedIn({ everywhere: "true" });
    const browsers = [browser.copy(), ...others];
    const answer = browser.submit(question, { logout: "yes" }).catch(() => "none");
    await Promise.race([op.photos.next(), answer]);
    await op.kill();
    await op.start();
    for (const each of browsers) assert.equal(await isSignedIn(op, each), false);
    for (const each of [sid, ...sids]) await notified("photos", each);
  });

  for (const how of ["kill", "end"] as const) {
    it(`or stopped (${how}) while an app is down notifies it when both are up again`, async () => {
      const { sid, question } = await signedIn();
      await op.photos.close();
      await browser.submit(question, { logout: "yes" });
      await op[how]();
      await op.start();
      await op.photos.reopen();
      await notified("photos", sid);
      assert.equal(op.albums.logoutTokens.length, 1);
    });
  }

  it("and in whose absence a session expires notifies an app that is down even then", async () => {
    const { sid } = await signedIn();
    await op.photos.close();
    await op.kill();
    expireSessions(op.directory);
    await op.start();
    await notified("albums", sid);
    await op.kill();
    await op.start();
    await op.photos.reopen();
    await notified("photos", sid);
    assert.equal(await isSignedIn(op, browser), false);
  });
});
