/** The unchanged script of the OP iframe, in a fake frame. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";

const script = readFileSync(join(import.meta.dirname, "../../../public/assets/op/op-iframe.js"), "utf8");
export const appOrigin = "http://localhost:8080";

export interface FakeWindow {
  parent: FakeWindow;
  answers: [answer: unknown, targetOrigin: string][];
  postMessage(answer: unknown, targetOrigin: string): void;
}

/** @param parent default: none, which browsers show as the window itself */
export function fakeWindow(parent?: FakeWindow): FakeWindow {
  const answers: FakeWindow["answers"] = [];
  const postMessage: FakeWindow["postMessage"] = (...answer) => void answers.push(answer);
  const fake = { parent: parent as FakeWindow, answers, postMessage };
  fake.parent ??= fake;
  return fake;
}

interface Message {
  data: unknown;
  origin: string;
  source: FakeWindow | null;
}

/** Loads the script into a frame of a page. */
export function opIframe(cookie: string, page = fakeWindow(), port = "9443") {
  const frame = fakeWindow(page);
  const document = { cookie };
  const listeners: ((message: Message) => void)[] = [];
  const context = {
    window: frame,
    parent: page,
    document,
    location: { port },
    TextEncoder,
    btoa,
    addEventListener: (_type: string, listener: (message: Message) => void) => listeners.push(listener),
  };
  const sha256 = runInNewContext(`${script}; sha256`, context) as (text: string) => string;
  const ask = (data: unknown, source: FakeWindow | null = page, origin = appOrigin): unknown => {
    for (const listener of listeners) listener({ data, origin, source });
    return source?.answers.at(-1)?.[0];
  };
  return { page, frame, document, sha256, ask };
}
