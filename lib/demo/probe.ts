/** Whether a process answers yet. */
import { get as getHttp } from "node:http";
import { get as getHttps } from "node:https";
import { setTimeout as delay } from "node:timers/promises";

const pollMs = 100;
const answerMs = 2_000;

/** Polls until the address answers 2xx. False once time is up or `goOn` returns false. */
export async function answers(url: string, timeoutMs: number, goOn: () => boolean): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (goOn() && performance.now() < deadline) {
    if (await answersNow(url)) return true;
    await delay(pollMs);
  }
  return false;
}

/** These are our own processes on loopback, one with a self-signed certificate: nothing to verify. */
function answersNow(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const options = { agent: false, timeout: answerMs, rejectUnauthorized: false } as const;
    const request = (url.startsWith("https:") ? getHttps : getHttp)(url, options, (response) => {
      const { statusCode = 500 } = response.resume();
      resolve(statusCode >= 200 && statusCode < 300);
    });
    request.once("timeout", () => request.destroy());
    request.once("error", () => resolve(false));
  });
}
