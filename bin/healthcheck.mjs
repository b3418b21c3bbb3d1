/**
 * Whether a process of the image answers, for images without curl: `node bin/healthcheck.mjs [URL]`, by default the
 * Relying Party of this environment. Exit code 0: it answers 2xx.
 */
const { PORT = "3000", RP_NAME } = process.env;
const [url = `http://127.0.0.1:${PORT}/${RP_NAME}/health`] = process.argv.slice(2);

const problem = await fetch(url, { signal: AbortSignal.timeout(5_000), redirect: "manual" }).then(
  ({ ok, status }) => (ok ? undefined : `HTTP ${status}`),
  (error) => error.cause?.message ?? error.message,
);
if (problem) process.stderr.write(`${url}: ${problem}\n`);
process.exit(problem ? 1 : 0);
