import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { findBrowser, findHeadlessBrowser } from "./system.ts";

const ownBrowser = "/home/alice/.cache/ms-playwright/chromium/chrome";

const machine = (files: string[], platform: NodeJS.Platform = "linux", env: Record<string, string> = {}) => ({
  env,
  platform,
  exists: (file: string) => files.includes(file),
  playwrightBrowser: () => ownBrowser,
});

describe("the browser", () => {
  it("is the one that CHROMIUM_PATH names", () => {
    const files = ["/opt/mine", "/usr/bin/chromium"];
    assert.equal(findBrowser(machine(files, "linux", { CHROMIUM_PATH: "/opt/mine" })), "/opt/mine");
  });

  it("is no other one if CHROMIUM_PATH names no file", () => {
    const here = machine(["/usr/bin/chromium"], "linux", { CHROMIUM_PATH: "/opt/mine" });
    assert.throws(() => findBrowser(here), /CHROMIUM_PATH names \/opt\/mine/);
  });

  it("is an installed one rather than Playwright's own", () => {
    assert.equal(findBrowser(machine([ownBrowser, "/usr/bin/google-chrome"])), "/usr/bin/google-chrome");
    assert.equal(findBrowser(machine([ownBrowser])), ownBrowser);
    const chrome = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
    assert.equal(findBrowser(machine([chrome], "darwin")), chrome);
  });

  it("is the headless shell if no window is needed, unless another one was chosen", () => {
    const [shell, full, own] = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium", "/opt/mine"];
    assert.equal(findHeadlessBrowser(machine([shell, full])), shell);
    assert.equal(findHeadlessBrowser(machine([full])), full);
    assert.equal(findHeadlessBrowser(machine([shell, own], "linux", { CHROMIUM_PATH: own })), own);
    assert.equal(findBrowser(machine([shell, full])), full);
  });

  it("may be missing", () => {
    assert.equal(findBrowser(machine([])), undefined);
    assert.equal(findBrowser(machine(["/usr/bin/chromium"], "win32")), undefined);
  });
});
