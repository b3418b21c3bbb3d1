/** The pages of a probe. */

export const plainPage = (title: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><p>${title}</p>`;

/** Passes an authorization response in the fragment to the server as a form. */
export const callbackPage = `<!doctype html><html lang="en"><meta charset="utf-8"><title>One moment</title>
<form method="post"></form><script>
for (const [name, value] of new URLSearchParams(location.hash.slice(1))) {
  const input = document.createElement("input");
  Object.assign(input, { type: "hidden", name, value });
  document.forms[0].append(input);
}
if (location.hash.length > 1) document.forms[0].submit();
</script>`;

/** A page with an RP iframe and the OP iframe (SM 3). `load(src)` loads the OP iframe, and `ask(message, targetOrigin)`
 * has the RP iframe send it a message; it resolves with the answer, or with `silent` after two seconds. Checks read
 * `receivedMessages`, the messages to the page itself. */
export const opIframePage = `<!doctype html><html lang="en"><meta charset="utf-8"><title>OP iframe</title><body><script>
const receivedMessages = [];
addEventListener("message", ({ data, origin }) => receivedMessages.push({ data, origin }));
function frame(src) {
  const frame = document.createElement("iframe");
  const loaded = new Promise((resolve) => frame.addEventListener("load", () => resolve(frame), { once: true }));
  frame.src = src;
  document.body.append(frame);
  return loaded;
}
const rpIframe = frame("/rp-iframe");
let opIframe;
async function load(src) {
  opIframe?.remove();
  opIframe = await frame(src);
}
async function ask(message, targetOrigin) {
  return (await rpIframe).contentWindow.ask(opIframe.contentWindow, message, targetOrigin);
}
</script></body>`;

/** The RP iframe, which accepts answers only from the OP iframe. */
export const rpIframePage = `<!doctype html><html lang="en"><meta charset="utf-8"><title>RP iframe</title><script>
const receivedMessages = [];
addEventListener("message", ({ data, origin }) => receivedMessages.push({ data, origin }));
function ask(opIframe, message, targetOrigin) {
  return new Promise((resolve) => {
    const end = (answer) => {
      removeEventListener("message", hear);
      resolve(answer);
    };
    const hear = ({ source, data }) => source === opIframe && end(data);
    addEventListener("message", hear);
    setTimeout(end, 2000, "silent");
    opIframe.postMessage(message, targetOrigin);
  });
}
</script>`;
