/* The OP iframe (SM 3.2): a Relying Party posts "client_id session_state", and the answer says whether the login at the
   OP is still the one that the session_state was computed for. */

/* `crypto.subtle` is missing if the page around this frame is on plain http and not on localhost. */
/** @typedef {[number, number, number, number, number, number, number, number]} Sha256State */
/** @type {number[]} */
const primes = [];
for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime)) primes.push(n);
/** @param {number} root */
const fractionBits = (root) => ((root % 1) * 2 ** 32) | 0;
/** @param {number} word @param {number[]} amounts */
const rotations = (word, ...amounts) => amounts.reduce((x, n) => x ^ ((word >>> n) | (word << (32 - n))), 0);

/** FIPS 180-4, 6.2. @param {string} text @returns {string} in base64url */
function sha256(text) {
  const message = new TextEncoder().encode(text);
  const padded = new Uint8Array(((message.length + 72) >> 6) << 6);
  padded.set(message);
  padded[message.length] = 0x80;
  const input = new DataView(padded.buffer);
  input.setUint32(padded.length - 4, message.length * 8);
  const digest = new DataView(new ArrayBuffer(32));
  for (const [i, prime] of primes.slice(0, 8).entries())
    digest.setInt32(i * 4, fractionBits(Math.sqrt(prime)));
  const schedule = new DataView(new ArrayBuffer(256));
  const word = (/** @type {number} */ i) => schedule.getInt32(i * 4);
  for (let block = 0; block < padded.length; block += 64) {
    let state = /** @type {Sha256State} */ ([0, 4, 8, 12, 16, 20, 24, 28].map((at) => digest.getInt32(at)));
    for (const [i, prime] of primes.entries()) {
      if (i < 16) schedule.setInt32(i * 4, input.getInt32(block + i * 4));
      else {
        const sigma0 = rotations(word(i - 15), 7, 18) ^ (word(i - 15) >>> 3);
        const sigma1 = rotations(word(i - 2), 17, 19) ^ (word(i - 2) >>> 10);
        schedule.setInt32(i * 4, word(i - 16) + sigma0 + word(i - 7) + sigma1);
      }
      const [a, b, c, d, e, f, g, h] = state;
      const choice = rotations(e, 6, 11, 25) + ((e & f) ^ (~e & g));
      const majority = rotations(a, 2, 13, 22) + ((a & b) ^ (a & c) ^ (b & c));
      const sum = h + choice + fractionBits(Math.cbrt(prime)) + word(i);
      state = [(sum + majority) | 0, a, b, c, (d + sum) | 0, e, f, g];
    }
    for (const [i, value] of state.entries()) digest.setInt32(i * 4, digest.getInt32(i * 4) + value);
  }
  const base64 = btoa(String.fromCharCode(...new Uint8Array(digest.buffer)));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replace("=", "");
}

/* Read each time, since it changes while this document is loaded. Without it no user is signed in. */
const stateCookie = new RegExp(`(?:^|; )opbs${location.port && `\\.${location.port}`}=([^;]*)`);
const opBrowserState = () => stateCookie.exec(document.cookie)?.[1] ?? "null";

/** @param {unknown} data @param {string} origin @returns {"unchanged" | "changed" | "error"} */
function statusOf(data, origin) {
  const message = /^(\S{1,255}) ([\w-]{1,99})\.([\w-]{1,99})$/.exec(typeof data === "string" ? data : "");
  if (!message) return "error";
  const [, clientId, hash, salt] = message;
  return sha256(`${clientId} ${origin} ${opBrowserState()} ${salt}`) === hash ? "unchanged" : "changed";
}

/* SM 3.1: the RP iframe next to this frame asks. So does a page above it, however many frames are between them: SDKs
   that put this frame into one of their own ask from the top page. */
/** @param {MessageEventSource | null} source @returns {source is Window} */
function mayAsk(source) {
  if (!source || !("parent" in source) || source === window) return false;
  if (source.parent === parent) return true;
  for (let above = parent; source !== above; above = above.parent) if (above === above.parent) return false;
  return true;
}

/* The origin comes from the browser and is part of the hash: another site that knows a session_state gets "changed". */
addEventListener("message", ({ data, origin, source }) => {
  if (mayAsk(source)) source.postMessage(statusOf(data, origin), origin);
});
