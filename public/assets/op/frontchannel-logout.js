/* Goes on from the page that tells the apps of a logout in hidden frames (FCL 3): at once when all have loaded; if one
   has not answered by the deadline, the page names it and leaves going on to the user (FCL 4.1). */
const LOGOUT_DEADLINE_MS = 3000;

/** @param {string} id */
const elementById = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const continueLink = /** @type {HTMLAnchorElement} */ (elementById("frontchannel-continue"));
const logoutFrames = [...document.querySelectorAll("iframe")];

// Not a link in the history: "Back" would send the logout form again.
const goOn = () => location.replace(continueLink.href);

/* A frame is on the empty document it began with until its server answers, and that one can be read from here. */
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
  removeEventListener("load", goOn); // an answer that comes now must not take the notice away
  if (logoutFrames.some(isUnanswered)) nameUnanswered();
  else goOn();
}, LOGOUT_DEADLINE_MS);

// The document's own `load` waits for its frames, and cannot have come before this script has run.
addEventListener("load", () => clearTimeout(deadline));
addEventListener("load", goOn);
