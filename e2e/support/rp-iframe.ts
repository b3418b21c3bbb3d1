/** The unchanged script of the RP iframe, in a fake window. */
import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";

const script = readFileSync("public/assets/rp/rp-iframe.js", "utf8");
export const app = "http://localhost:8080";
export const op = "http://localhost:9443";

/** Runs the script in a fake frame, until the OP iframe has loaded. */
export function rpIframe() {
  const asked: { message: string; targetOrigin: string }[] = [];
  const seen: string[] = [];
  const silentFrames: { src: string; contentWindow: object; remove(): void }[] = [];
  const listeners: Record<string, (event: object) => void> = {};
  let now = 1_000_000;
  let tick: (() => void) | undefined;
  let timeout: (() => void) | undefined;
  const opWindow = {
    postMessage: (message: string, targetOrigin: string) => asked.push({ message, targetOrigin }),
  };
  const opFrame = {
    contentWindow: opWindow,
    src: "",
    addEventListener: (_: string, load: () => void) => {
      onLoad = load;
    },
  };
  let onLoad = () => {};
  const dataset = {
    opIframe: `${op}/oidc/checksession`,
    opOrigin: op,
    clientId: "playground2",
    sessionState: "hash.salt",
    interval: "2000",
    silent: `${app}/playground2/rpiframe/silent`,
  };
  const document = {
    hidden: false,
    getElementById: (id: string) => (id === "opIframe" ? opFrame : { dataset }),
    createElement: () => {
      const frame = { src: "", contentWindow: {}, remove() {} };
      silentFrames.push(frame);
      return frame;
    },
    body: { append() {} },
    addEventListener: (type: string, listener: () => void) => {
      listeners[`document ${type}`] = listener;
    },
  };
  const window = {
    setInterval: (callback: () => void) => {
      tick = callback;
      return 1;
    },
    setTimeout: (callback: () => void) => {
      timeout = callback;
      return 2;
    },
  };
  runInNewContext(script, {
    document,
    window,
    location: { origin: app },
    parent: { postMessage: ({ monitor }: { monitor: string }) => seen.push(monitor) },
    clearInterval: () => {
      tick = undefined;
    },
    clearTimeout: () => {
      timeout = undefined;
    },
    addEventListener: (type: string, listener: (event: object) => void) => {
      listeners[type] = listener;
    },
    Date: { now: () => now },
  });
  onLoad();
  const message = (data: unknown, origin = op, source: object = opWindow) =>
    listeners.message?.({ origin, source, data });
  return {
    asked,
    seen,
    silentFrames,
    document,
    listeners,
    message,
    poll: () => tick?.(),
    polls: () => tick !== undefined,
    silentTimeout: () => timeout?.(),
    confirmed: (data: object) => message(data, app, silentFrames.at(-1)?.contentWindow),
    wait: (ms: number) => {
      now += ms;
    },
  };
}
