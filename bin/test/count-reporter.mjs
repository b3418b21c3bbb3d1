import path from "node:path";

/**
 * A reporter of `node --test` that writes, as one line of JSON, the final counts and the names of what failed.
 * @param {AsyncIterable<{ type: string, data: { file?: string, name?: string, nesting?: number, counts?: unknown,
 *   details?: { error?: { failureType?: string } } } }>} source
 */
// biome-ignore lint/style/noDefaultExport: that is how Node takes a reporter
export default async function* countReporter(source) {
  const failures = [];
  for await (const { type, data } of source) {
    // A suite fails with its tests, which have been named by then.
    const ofItself = data.details?.error?.failureType !== "subtestsFailed";
    if (type === "test:fail" && ofItself)
      failures.push(`${path.relative(".", data.file ?? "")} › ${data.name}`);
    // A summary without a file is that of the whole run.
    if (type === "test:summary" && data.file === undefined)
      yield JSON.stringify({ counts: data.counts, failures });
  }
}
