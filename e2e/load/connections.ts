/** Requests at a fixed number of connections. Each carries its next one once the last is answered. */
import { Agent, type IncomingMessage, request } from "node:http";

export const connections = 64;

export interface Answer {
  status: number;
  text: string;
  headers: IncomingMessage["headers"];
}

export class Connections {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: connections });

  /** @returns undefined where the connection broke before the status arrived */
  async postToken(base: string, token: string): Promise<Answer | undefined> {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    return this.#ask(`${base}/bclogout`, "POST", headers, `logout_token=${token}`);
  }

  async get(url: string, cookie: string): Promise<Answer | undefined> {
    return this.#ask(url, "GET", { cookie });
  }

  close(): void {
    this.#agent.destroy();
  }

  #ask(url: string, method: string, headers: Record<string, string>, body?: string) {
    return new Promise<Answer | undefined>((resolve) => {
      const sent = request(url, { agent: this.#agent, method, headers }, async (response) => {
        let text = "";
        try {
          for await (const chunk of response) text += chunk;
        } catch {
          // The status has arrived, which is all that an OpenID Provider needs.
        }
        resolve({ status: response.statusCode ?? 0, text, headers: response.headers });
      });
      sent.once("error", () => resolve(undefined)).end(body);
    });
  }
}

/** Does this with all items, at all connections. */
export async function withEach<T>(items: Iterable<T>, act: (item: T) => Promise<unknown>): Promise<void> {
  const waiting = items[Symbol.iterator]();
  const work = async () => {
    for (let next = waiting.next(); !next.done; next = waiting.next()) await act(next.value);
  };
  await Promise.all(Array.from({ length: connections }, work));
}
