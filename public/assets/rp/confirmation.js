/* Passes the result of the callback to the RP iframe around it, which has the same origin. */
const said = document.querySelector("[data-confirmation]")?.getAttribute("data-confirmation");
if (said && parent !== window) parent.postMessage(JSON.parse(said), location.origin);
