/** Requests at a steady rate, whatever the answers take: a request that is late counts from when it was due. */
import { Agent } from "node:http";
import { setTimeout as elapsed } from "node:timers/promises";
import { post } from "./load.ts";

export interface SteadyLoad {
  url: string;
  /** Form-encoded and in ASCII; the load ends when there are no more. */
  bodies: Iterator<string>;
  /** Requests per second. */
  rate: number;
  /** How long, in milliseconds. */
  duration: number;
}

export interface SteadyResult {
  /** From the moment when each request was due until its answer, in milliseconds. */
  latencies: number[];
  /** Requests that were not answered with 2xx. */
  failed: number;
}

export async function steadyLoad({ url, bodies, rate, duration }: SteadyLoad): Promise<SteadyResult> {
  const agent = new Agent({ keepAlive: true });
  const result: SteadyResult = { latencies: [], failed: 0 };
  const began = performance.now();
  const answers: Promise<void>[] = [];
  const send = async (body: string, due: number) => {
    const status = await post(url, body, agent).catch(() => 0);
    if (status >= 200 && status < 300) result.latencies.push(performance.now() - due);
    else result.failed++;
  };
  for (let sent = 0; ; sent++) {
    const due = began + (sent * 1000) / rate;
    const { value: body, done } = bodies.next();
    if (done || due > began + duration) break;
    const wait = due - performance.now();
    // Timers are exact to a millisecond; what remains is waited for by turns of the event loop.
    if (wait > 2) await elapsed(wait - 1.5);
    while (performance.now() < due) await new Promise((resolve) => setImmediate(resolve));
    answers.push(send(body, due));
  }
  await Promise.all(answers);
  agent.destroy();
  return result;
}
