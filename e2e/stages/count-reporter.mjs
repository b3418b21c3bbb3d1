import path from "node:path";

/**
 * A reporter of `node --test` that writes, as one line of JSON, the final counts, and what failed and why.
 * @param {AsyncIterable<{ type: string, data: { file?: string, name?: string, nesting?: number, counts?: unknown,
 *   details?: { error?: { failureType?: string, message?: string } } } }>} source
 */
// biome-ignore lint/style/noDefaultExport: that is how Node takes a reporter
export default async function* countReporter(source) {
  const failures = [];
  for await (const { type, data } of source) {
    // A suite fails with its tests, which have been named by then.
    const { failureType, message } = data.details?.error ?? {};
    if (type === "test:fail" && failureType !== "subtestsFailed")
      failures.push({ name: `${path.relative(".", data.file ?? "")} › ${data.name}`, why: message });
    // A summary without a file is that of the whole run.
    if (type === "test:summary" && data.file === undefined)
      yield JSON.stringify({ counts: data.counts, failures });
  }
}
