/** Requests to other servers, bounded in time and in the size of the response. */

/** The part of `fetch` that this project uses. */
export type Fetch = (
  url: string,
  init: {
    method?: string;
    headers?: HeadersInit;
    body?: ArrayBuffer | null | ReadableStream | string | Uint8Array | undefined | URLSearchParams;
    redirect?: RequestRedirect;
    signal?: AbortSignal | null | undefined;
  },
) => Promise<Response>;

interface Bounds {
  /** Sends the requests. */
  fetch?: Fetch;
  /** Milliseconds. */
  timeout?: number;
  /** Bytes of the body. */
  largest?: number;
}

/** `fetch` that fails if a response takes too long or is too large. */
export function boundedFetch({
  fetch = (url, init) => globalThis.fetch(url, init as RequestInit),
  timeout = 10_000,
  largest = 4 * 1024 * 1024,
}: Bounds = {}): Fetch {
  return async (url, init = {}) => {
    const signals = [AbortSignal.timeout(timeout), init.signal].filter((signal) => signal != null);
    return bounded(await fetch(url, { ...init, signal: AbortSignal.any(signals) }), largest);
  };
}

/** The same response with its body read.
 * @param largest number of bytes
 * @throws {Error} if the body is larger */
export async function bounded(response: Response, largest: number): Promise<Response> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > largest) throw new Error(`the response is larger than ${largest} bytes`);
    chunks.push(chunk as Uint8Array<ArrayBuffer>);
  }
  const empty = [101, 204, 205, 304].includes(response.status);
  return new Response(empty ? null : new Blob(chunks), response);
}
