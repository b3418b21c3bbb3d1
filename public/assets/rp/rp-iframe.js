/* The RP iframe (SM 3.1): asks the OP iframe beside it whether the OP session has changed, without network traffic, and
   reports the status to the page around it. */
const settings = /** @type {HTMLElement} */ (document.getElementById("rpIframe")).dataset;
const opFrame = /** @type {HTMLIFrameElement} */ (document.getElementById("opIframe"));
const opOrigin = settings.opOrigin ?? "";
const interval = Number(settings.interval);
const mostAttempts = 3;
const minute = 60_000;
/* A silent request never answers if it ends on an error page of the OP, or on a page that forbids framing. */
const patience = 10_000;

let sessionState = settings.sessionState ?? "";
let trusted = false;
let unanswered = 0;
/** @type {number | undefined} */
let timer;
/** @type {number | undefined} */
let unansweredTimer;
/** @type {HTMLIFrameElement | undefined} */
let silentFrame;
/** @type {number[]} Times of the silent requests. */
let attempts = [];

/** @param {string} status @param {string} [reason] */
const report = (status, reason) => parent.postMessage({ monitor: status, reason }, location.origin);

function ask() {
  if (document.hidden) return;
  if (unanswered >= 2) report("no answer");
  unanswered += 1;
  opFrame.contentWindow?.postMessage(`${settings.clientId} ${sessionState}`, opOrigin);
}

function start() {
  stop();
  unanswered = 0;
  ask();
  timer = window.setInterval(ask, interval);
}

function stop() {
  clearInterval(timer);
}

/** @param {string} status @param {string} [reason] */
function giveUp(status, reason) {
  stop();
  report(status, reason);
}

/** @param {unknown} answer one of the three statuses; anything else is ignored */
function onAnswer(answer) {
  if (answer === "unchanged") {
    unanswered = 0;
    trusted = true;
    report("watching");
  } else if (answer === "changed") {
    // An OP iframe without its cookie answers "changed" from the start: that is no logout.
    if (trusted) confirmSession();
    else giveUp("blocked");
  } else if (answer === "error") giveUp("error");
}

/** Asks the OP with prompt=none, in a frame; at most three times a minute, so that a false alarm ends. */
function confirmSession() {
  stop();
  const now = Date.now();
  attempts = attempts.filter((at) => now - at < minute);
  if (attempts.length >= mostAttempts) {
    giveUp("stopped", "the OP iframe keeps reporting a change that the OpenID Provider does not confirm.");
    return;
  }
  attempts.push(now);
  report("confirming");
  silentFrame?.remove();
  silentFrame = document.createElement("iframe");
  silentFrame.hidden = true;
  silentFrame.title = "Silent request";
  silentFrame.src = settings.silent ?? "";
  document.body.append(silentFrame);
  unansweredTimer = window.setTimeout(() => giveUp("stopped", "the silent request got no answer."), patience);
}

/** @param {{ confirmation?: unknown, sessionState?: unknown, reason?: unknown }} result */
function onConfirmation({ confirmation, sessionState: renewed, reason }) {
  clearTimeout(unansweredTimer);
  if (confirmation === "renewed") {
    sessionState = String(renewed);
    start();
  } else if (confirmation === "ended") giveUp("ended");
  else if (confirmation === "failed") giveUp("stopped", String(reason));
}

addEventListener("message", ({ origin, source, data }) => {
  if (origin === opOrigin && source === opFrame.contentWindow) onAnswer(data);
  else if (origin === location.origin && silentFrame && source === silentFrame.contentWindow)
    onConfirmation(data ?? {});
});
document.addEventListener("visibilitychange", () => {
  unanswered = 0;
  if (document.hidden) report("paused");
});
// Only now, so that no load event is missed.
opFrame.addEventListener("load", start, { once: true });
opFrame.src = settings.opIframe ?? "";
