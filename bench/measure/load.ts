/** The load generator: POSTs on keep-alive connections, each of which sends its next request once it has its answer. */
import { Agent, request } from "node:http";

export interface Load {
  url: string;
  /** The bodies in their order, form-encoded and in ASCII; the load ends when there are no more. */
  bodies: Iterator<string>;
  connections: number;
  /** How long, in milliseconds. */
  duration: number;
}

export interface LoadResult {
  /** Requests that were answered with 2xx. */
  answered: number;
  /** Of each of them, in milliseconds. */
  latencies: number[];
  /** How many others there were, and what the first was. */
  failed: number;
  failure?: string;
  /** From the first request to the last answer, in milliseconds. */
  elapsed: number;
}

/** Sends requests until time or bodies are up, and waits for the last answers. */
export async function generateLoad({ url, bodies, connections, duration }: Load): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const result: LoadResult = { answered: 0, latencies: [], failed: 0, elapsed: 0 };
  const began = performance.now();
  const work = async () => {
    while (performance.now() - began < duration) {
      const { value: body, done } = bodies.next();
      if (done) return;
      const sent = performance.now();
      const status = await post(url, body, agent).catch((error: Error) => error.message);
      if (typeof status === "number" && status >= 200 && status < 300) {
        result.answered++;
        result.latencies.push(performance.now() - sent);
      } else {
        result.failed++;
        result.failure ??= `${status}`;
      }
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  result.elapsed = performance.now() - began;
  agent.destroy();
  return result;
}

/** The status of the answer. */
export function post(url: string, body: string, agent?: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/x-www-form-urlencoded", "content-length": body.length };
    const sent = request(url, { method: "POST", headers, ...(agent && { agent }) }, (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode ?? 0));
      response.once("error", reject);
    });
    sent.once("error", reject);
    sent.end(body, "latin1");
  });
}
