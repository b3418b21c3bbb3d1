/** What the pages of all SDKs share. The test's server fills in the body's attributes. */

/** The settings of this page. */
export const { clientId, op } = document.body.dataset;

/** Where the OP sends the browser back to. */
export const home = `${location.origin}/`;

const element = (id) => document.getElementById(id);

/** Shows the signed-in user. */
export function showUser(name) {
  element("user").textContent = name ?? "null";
}

/** Shows an event of the SDK. */
export function showEvent(text) {
  const item = document.createElement("li");
  item.textContent = text;
  element("events").append(item);
}

export function onClick(id, action) {
  element(id).addEventListener("click", () => action());
}

// Every answer of the OP iframe, as the SDK gets it.
addEventListener("message", ({ data, origin }) => {
  if (origin === op) showEvent(`OP iframe: ${data}`);
});
