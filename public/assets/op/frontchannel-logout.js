/* Leaves the page that notifies the apps of a logout in hidden frames (FCL 3) as soon as all have loaded; if one has
   not answered by the deadline, the page names it and the user decides when to continue (FCL 4.1). */
const LOGOUT_DEADLINE_MS = 3000;

/** @param {string} id */
const elementById = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const continueLink = /** @type {HTMLAnchorElement} */ (elementById("frontchannel-continue"));
const logoutFrames = [...document.querySelectorAll("iframe")];

// Replaces the history entry: "Back" would submit the logout form again.
const goOn = () => location.replace(continueLink.href);

/* Until its server answers, a frame shows its initial empty document, which is readable from here. */
/** @param {HTMLIFrameElement} frame */
const isUnanswered = (frame) => frame.contentDocument?.URL === "about:blank";

function nameUnanswered() {
  const items = document.querySelectorAll("#frontchannel-unanswered li");
  logoutFrames.forEach((frame, index) => {
    items[index]?.toggleAttribute("hidden", !isUnanswered(frame));
  });
  elementById("frontchannel-waiting").hidden = true;
  elementById("frontchannel-unanswered").hidden = false;
}

const deadline = setTimeout(() => {
  removeEventListener("load", goOn); // a late answer must not remove the notice
  if (logoutFrames.some(isUnanswered)) nameUnanswered();
  else goOn();
}, LOGOUT_DEADLINE_MS);

// The document's `load` waits for its frames, and cannot fire before this script has run.
addEventListener("load", () => clearTimeout(deadline));
addEventListener("load", goOn);
