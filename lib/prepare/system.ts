/** Components that tests need from the machine: a browser, Debian packages. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "@playwright/test";

/** Whether tests that need a component can run here; if not, why, and the command that installs it. */
export type Lane = { ready: true } | { ready: false; reason: string; command: string };

/** Called with a line about work that takes a while. */
export type Say = (line: string) => void;

const readyLane: Lane = { ready: true };

const browserFiles: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: [
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/usr/bin/google-chrome-stable",
    "/opt/google/chrome/chrome",
  ],
  darwin: [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
  ],
  win32: [
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
    "C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe",
  ],
};

interface Machine {
  env: Readonly<Record<string, string | undefined>>;
  platform: NodeJS.Platform;
  exists: (file: string) => boolean;
  /** Where Playwright installs its own browser. */
  playwrightBrowser: () => string;
}

const thisMachine: Machine = {
  env: process.env,
  platform: process.platform,
  exists: existsSync,
  playwrightBrowser: () => chromium.executablePath(),
};

/** Path of a Chromium or Chrome: CHROMIUM_PATH, else an installed one, else Playwright's own.
 * @throws {Error} if CHROMIUM_PATH names no file */
export function findBrowser(machine: Machine = thisMachine): string | undefined {
  const chosen = machine.env.CHROMIUM_PATH;
  if (chosen) {
    if (machine.exists(chosen)) return chosen;
    throw new Error(`CHROMIUM_PATH names ${chosen}, which does not exist.`);
  }
  const candidates = [...(browserFiles[machine.platform] ?? []), machine.playwrightBrowser()];
  return candidates.find((file) => machine.exists(file));
}

/** Path of Chromium's headless shell on Debian. */
const headlessShell = "/usr/bin/chromium-headless-shell";

/** The browser for tests without a window or profile: Chromium's headless shell if installed, which opens pages two to
 * three times faster, else that of {@link findBrowser}. */
export function findHeadlessBrowser(machine: Machine = thisMachine): string | undefined {
  const shell = machine.platform === "linux" && !machine.env.CHROMIUM_PATH && machine.exists(headlessShell);
  return shell ? headlessShell : findBrowser(machine);
}

/** Finds browsers or installs them: Debian's if we may, else Playwright's own. */
export async function ensureBrowser(say: Say): Promise<Lane> {
  const found = findBrowser();
  if (found && (process.env.CHROMIUM_PATH || existsSync(headlessShell))) return readyLane;
  const wanted = found ? ["chromium-headless-shell"] : ["chromium", "chromium-headless-shell"];
  const debian = await ensureDebianPackages(wanted, { say });
  if (debian.ready || found) return readyLane;
  say("Installing Playwright's Chromium …");
  const install = [process.execPath, "node_modules/@playwright/test/cli.js", "install", "chromium"] as const;
  const { ok } = await run(install);
  if (ok && findBrowser()) return readyLane;
  return {
    ready: false,
    reason: "no Chromium or Chrome was found or could be installed",
    command: "npx playwright install chromium",
  };
}

/**
 * Installs missing Debian packages, as root on Debian and its derivatives; never starts a service.
 * @param options.debconf answers to questions of the packages' set-up, one `package key type value` per line
 */
export async function ensureDebianPackages(
  names: readonly string[],
  { debconf, say }: { debconf?: string; say: Say },
): Promise<Lane> {
  const missing = names.filter((name) => !isInstalled(name));
  if (missing.length === 0) return readyLane;
  const command = `sudo apt-get install --no-install-recommends ${missing.join(" ")}`;
  const packages = `package${missing.length > 1 ? "s" : ""} ${missing.join(", ")}`;
  if (!existsSync("/usr/bin/apt-get"))
    return { ready: false, reason: `${packages} missing, and this system is not Debian`, command };
  if (process.getuid?.() !== 0)
    return { ready: false, reason: `${packages} missing, and this user is not root`, command };

  say(`Installing Debian's ${missing.join(", ")} …`);
  if (debconf) spawnSync("debconf-set-selections", { input: `${debconf}\n` });
  const install = [
    "apt-get",
    "-y",
    "-q",
    "-o",
    "DPkg::Lock::Timeout=300",
    "install",
    "--no-install-recommends",
    ...missing,
  ] as const;
  const first = await run(install);
  if (first.ok) return readyLane;
  // The package lists may be old or missing.
  await run(["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300", "update"]);
  const second = await run(install);
  if (second.ok) return readyLane;
  const [reason = "apt-get failed"] = second.output.trim().split("\n").slice(-1);
  return { ready: false, reason: `${packages} cannot be installed (${reason})`, command };
}

/** Finds a program, or installs its Debian package. */
export async function ensureProgram(name: string, say: Say, debianPackage = name): Promise<Lane> {
  const folders = (process.env.PATH ?? "").split(delimiter);
  if (folders.some((folder) => existsSync(join(folder, name)))) return readyLane;
  return ensureDebianPackages([debianPackage], { say });
}

/** The first lane that is not ready, if any; those after it are not tried. */
export async function allOf(lanes: readonly (() => Promise<Lane>)[]): Promise<Lane> {
  for (const lane of lanes) {
    const result = await lane();
    if (!result.ready) return result;
  }
  return readyLane;
}

const isInstalled = (name: string): boolean =>
  spawnSync("dpkg-query", ["-W", `-f=\${Status}`, name], { encoding: "utf8" }).stdout ===
  "install ok installed";

function run([file, ...args]: readonly [string, ...string[]]): Promise<{ ok: boolean; output: string }> {
  // RUNLEVEL=1 keeps a package's set-up from starting its service.
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  const child = spawn(file, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ ok: false, output: error.message }));
    child.once("close", (code) => resolve({ ok: code === 0, output }));
  });
}
