/**
 * A reporter of `node --test` that writes nothing but the final counts, as one line of JSON.
 * @param {AsyncIterable<{ type: string, data: { file?: string, counts?: unknown } }>} source
 */
// biome-ignore lint/style/noDefaultExport: that is how Node takes a reporter
export default async function* countReporter(source) {
  for await (const { type, data } of source) {
    // A summary without a file is that of the whole run.
    if (type === "test:summary" && data.file === undefined) yield JSON.stringify(data.counts);
  }
}
