/** The limit: the signature alone, in one thread. */
import { fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { endsWithParent } from "#lib/prepare/parent.mjs";
import { root } from "#lib/prepare/step.mjs";
import { mintTokens } from "./issuer.ts";
import type { Receiver } from "./receiver.ts";

/** A signature costs the same each time. */
const tokens = 500;

export const cryptoVerify: Receiver = {
  name: "crypto.verify alone, one thread",
  note: "the limit",
  start: async ({ issuer }) => {
    const child = fork(path.join(root, "bench/servers/crypto-verify.ts"), {
      execArgv: endsWithParent,
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    child.send({ tokens: await mintTokens(issuer, 0, tokens), jwk: issuer.jwk });
    await once(child, "message");
    return {
      pid: child.pid as number,
      round: async (_tokens, duration) => {
        child.send(duration);
        const [answered] = (await once(child, "message")) as [number];
        return { answered, failed: 0 };
      },
      stop: async () => {
        const gone = once(child, "exit");
        child.kill();
        await gone;
      },
    };
  },
};
