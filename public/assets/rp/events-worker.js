/* One event stream for all tabs of this app, also for those in the background: browsers open only six HTTP/1.1
   connections to a host. A shared worker; in browsers without those, a worker of each tab. */
const retryMs = 2000;
/* A restart of the app is shorter. */
const patienceMs = 3000;

/** @type {Set<MessagePort | Worker>} */
const pages = new Set();
/** @type {EventSource | undefined} */
let source;
/** What the stream has said. @type {{ session?: { version: string, view: unknown }, requests?: number, connected?: boolean }} */
let known = {};
/** @type {ReturnType<typeof setTimeout> | undefined} */
let retry;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let lost;

/** @param {typeof known} news */
function tell(news) {
  known = { ...known, ...news };
  for (const page of pages) page.postMessage(news);
}

/** @param {string} url */
function follow(url) {
  clearTimeout(retry);
  source?.close();
  source = new EventSource(url);
  source.addEventListener("session", ({ lastEventId, data }) =>
    tell({ session: { version: lastEventId, view: JSON.parse(data) } }),
  );
  source.addEventListener("requests", ({ data }) => tell({ requests: Number(data) }));
  source.addEventListener("open", () => {
    clearTimeout(lost);
    lost = undefined;
    tell({ connected: true });
  });
  source.addEventListener("error", () => {
    lost ??= setTimeout(() => tell({ connected: false }), patienceMs);
    // A browser gives up on a failed stream, but the proxy or the store may recover.
    if (source?.readyState === EventSource.CLOSED) retry = setTimeout(follow, retryMs, url);
  });
}

/** A page says which version of the session it shows, or that it has gone. A version that the stream does not know may
 * be that of a new session, which has another cookie: then the stream begins again.
 * @param {MessagePort | Worker} page @param {{ events: string, shown: string } | undefined} greeting */
function onGreeting(page, greeting) {
  if (!greeting) return void pages.delete(page);
  pages.add(page);
  if (!source || (known.session && known.session.version !== greeting.shown)) follow(greeting.events);
  else page.postMessage(known);
}

/** @param {MessagePort | Worker} page */
function attend(page) {
  page.onmessage = ({ data }) => onGreeting(page, data);
}

const scope = /** @type {any} */ (self);
if ("onconnect" in scope) {
  scope.onconnect = (/** @type {MessageEvent} */ { ports: [page] }) => page && attend(page);
} else attend(scope);
