/** Receivers of logout tokens side by side (reach 1 and 2). */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CannotRun } from "#lib/cli/errors.ts";
import { cpuSeconds } from "../measure/cpu.ts";
import { count, median, medianRatio, rotated, times } from "../measure/statistics.ts";
import { apacheDefault, apacheFile, apacheLarge } from "../receivers/apache.ts";
import { cryptoVerify } from "../receivers/crypto-verify.ts";
import { type Issuer, mintTokens, startIssuer } from "../receivers/issuer.ts";
import { core, served } from "../receivers/own.ts";
import { bareNext, bareNode, express, nextAuth0 } from "../receivers/peers.ts";
import { type Probed, probe } from "../receivers/probe.ts";
import type { Receiver, Running, Setting } from "../receivers/receiver.ts";
import type { Context, Reach, Result, Row } from "../row.ts";

interface Measured {
  receiver: Receiver;
  running: Running;
  probed?: Probed;
  /** How many tokens it has been sent. */
  sent: number;
  /** Requests per CPU second, for each round. */
  rates: number[];
  problems: string[];
}

/** Rounds, their duration in milliseconds, and the tokens for each and for the warm-up. */
const extentOf = (quick: boolean) =>
  quick ? { rounds: 2, duration: 2_000, share: 4_000 } : { rounds: 4, duration: 4_000, share: 16_000 };

export const receivers: Row = {
  name: "receivers",
  title: "Receivers of logout tokens",
  run: async (context: Context): Promise<Result> => {
    const scratch = mkdtempSync(join(tmpdir(), "bench-"));
    const issuer = await startIssuer();
    try {
      return await measure(context, issuer, scratch);
    } finally {
      issuer.close();
      rmSync(scratch, { recursive: true, force: true });
    }
  },
};

async function measure({ builds, quick, say }: Context, issuer: Issuer, scratch: string): Promise<Result> {
  const { rounds, duration, share } = extentOf(quick);
  const pool = share * (rounds + 1);
  // The last session is for the probe.
  const setting: Setting = { issuer, sessions: pool + 1, scratch, say };
  const own = builds.flatMap((build) => [core(build), served(build)]);
  const apache = [apacheDefault, apacheLarge, apacheFile];
  const notes: string[] = [];
  const measured: Measured[] = [];
  try {
    for (const receiver of [cryptoVerify, bareNode, ...apache, express, ...own, bareNext, nextAuth0]) {
      say(`Starting ${receiver.name}`);
      const running = await receiver.start(setting).catch(unlessMissing(receiver, notes));
      if (!running) continue;
      const one: Measured = { receiver, running, sent: 0, rates: [], problems: [] };
      measured.push(one);
      if (running.url !== undefined) one.probed = await probe(running.url, issuer, pool);
    }
    say(`Signing ${count(pool)} logout tokens`);
    const tokens = await mintTokens(issuer, 0, pool);
    say("Warming up");
    for (const one of measured) await send(one, tokens, share, duration);
    for (let round = 0; round < rounds; round++) {
      say(`Round ${round + 1} of ${rounds}`);
      for (const one of rotated(measured, round)) {
        const before = cpuSeconds(one.running.pid);
        const answered = await send(one, tokens, share, duration);
        one.rates.push(answered / (cpuSeconds(one.running.pid) - before));
      }
    }
  } finally {
    for (const { running } of measured) await running.stop();
  }
  for (const { running, sent, problems } of measured) {
    const problem = await running.problem?.(sent);
    if (problem) problems.push(problem);
  }
  return resultOf(measured, notes);
}

const unlessMissing = (receiver: Receiver, notes: string[]) => (error: unknown) => {
  if (!(error instanceof CannotRun)) throw error;
  notes.push(`${receiver.name}: ${error.message}`);
};

/** Sends a receiver its next tokens.
 * @returns how many were answered with 2xx */
async function send(one: Measured, tokens: string[], share: number, duration: number): Promise<number> {
  const end = Math.min(one.sent + share, tokens.length);
  function* next() {
    while (one.sent < end) yield tokens[one.sent++] as string;
  }
  const { answered, failed, failure } = await one.running.round(next(), duration);
  if (failed > 0) one.problems.push(`${failed} of ${answered + failed} requests failed (${failure})`);
  return answered;
}

function resultOf(measured: readonly Measured[], notes: readonly string[]): Result {
  const ratesOf = (receiver: Receiver | undefined) =>
    measured.find((one) => one.receiver.name === receiver?.name)?.rates ?? [];
  const peer = ratesOf(express);
  const rows = measured.map(({ receiver, rates, probed }) => [
    receiver.name,
    count(median(rates)),
    peer.length > 0 ? times(medianRatio(rates, peer)) : "–",
    probed ? `${probed.refused} of ${probed.kinds}` : "–",
    probed ? (probed.remembersJti ? "yes" : "no") : "–",
    receiver.note,
  ]);
  const head = [
    "Receiver",
    "requests per CPU second",
    "vs express-openid-connect",
    "bad tokens refused",
    "remembers jti",
    "to know",
  ];
  const [ownCore, ownServed] = measured.filter(({ receiver }) => receiver.name.startsWith("our "));
  const reach = (what: string, own: Measured | undefined, other: Receiver, limit: number): Reach => {
    const ratio = medianRatio(own?.rates ?? [], ratesOf(other));
    return { what, bound: "at least", limit, unit: "×", measured: Number.isNaN(ratio) ? undefined : ratio };
  };
  return {
    tables: [{ title: "RS256, 2048 bits, 32 connections; median of the rounds", head, rows }],
    reaches: [
      reach("1: our core / express-openid-connect", ownCore, express, 1.5),
      reach("1: our core / mod_auth_openidc, default cache", ownCore, apacheDefault, 1.4),
      reach("2: our app as served / express-openid-connect", ownServed, express, 1),
      reach("2, if that cannot be had: our app as served / bare Next", ownServed, bareNext, 2),
    ],
    notes,
    errors: measured.flatMap(({ receiver, problems }) =>
      problems.map((problem) => `${receiver.name}: ${problem}`),
    ),
    data: measured.map(({ receiver, rates, probed }) => ({ name: receiver.name, rates, ...probed })),
  };
}
