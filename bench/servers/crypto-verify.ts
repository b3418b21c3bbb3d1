/** `crypto.verify` in one thread: the limit of every receiver. The parent sends `{ tokens, jwk }` once, then for each round
 * the milliseconds; it gets the number of verified tokens. */
import { createPublicKey, type JsonWebKey, type KeyObject, verify } from "node:crypto";

let key: KeyObject;
let tokens: { input: Buffer; signature: Buffer }[] = [];

process.on("message", (message: { tokens: string[]; jwk: JsonWebKey } | number) => {
  if (typeof message === "number") return void process.send?.(round(message));
  key = createPublicKey({ key: message.jwk, format: "jwk" });
  tokens = message.tokens.map((token) => {
    const dot = token.lastIndexOf(".");
    return {
      input: Buffer.from(token.slice(0, dot)),
      signature: Buffer.from(token.slice(dot + 1), "base64url"),
    };
  });
  process.send?.("ready");
});

function round(duration: number): number {
  const end = performance.now() + duration;
  let count = 0;
  while (performance.now() < end) {
    for (const { input, signature } of tokens) {
      if (!verify("RSA-SHA256", input, key, signature)) throw new Error("A signature is wrong.");
      count++;
    }
  }
  return count;
}
