/** The pages of a probe, which a real browser visits. */

export const plainPage = (title: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><p>${title}</p>`;

/** Hands an authorization response in the fragment on to the server, as a form. */
export const callbackPage = `<!doctype html><html lang="en"><meta charset="utf-8"><title>One moment</title>
<form method="post"></form><script>
for (const [name, value] of new URLSearchParams(location.hash.slice(1))) {
  const input = document.createElement("input");
  Object.assign(input, { type: "hidden", name, value });
  document.forms[0].append(input);
}
if (location.hash.length > 1) document.forms[0].submit();
</script>`;

/** Frames the OP iframe and asks it what a check says: \`await ask(message, targetOrigin)\` answers with what came back
 * within two seconds, or \`silent\`. */
export const opIframePage = `<!doctype html><html lang="en"><meta charset="utf-8"><title>OP iframe</title><script>
let answered;
const heard = [];
addEventListener("message", (event) => {
  if (event.source !== frame.contentWindow) return;
  heard.push({ data: event.data, origin: event.origin });
  answered?.(event.data);
});
const frame = document.createElement("iframe");
const loaded = new Promise((resolve) => frame.addEventListener("load", resolve, { once: true }));
function load(src) { frame.src = src; document.body.append(frame); return loaded; }
function ask(message, targetOrigin) {
  return new Promise((resolve) => {
    answered = resolve;
    setTimeout(() => resolve("silent"), 2000);
    frame.contentWindow.postMessage(message, targetOrigin);
  });
}
</script><body></body>`;
