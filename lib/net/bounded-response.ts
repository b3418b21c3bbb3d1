/** Answers of other servers are read up to a limit. */

/** The same response with its body read. @throws {Error} where it is larger than that many bytes */
export async function bounded(response: Response, largest: number): Promise<Response> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > largest) throw new Error(`the answer is larger than ${largest} bytes`);
    chunks.push(chunk as Uint8Array<ArrayBuffer>);
  }
  const empty = [101, 204, 205, 304].includes(response.status);
  return new Response(empty ? null : new Blob(chunks), response);
}
