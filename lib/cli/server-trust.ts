/** Trust in the certificate of an OpenID Provider. Verification is never switched off. */
import type { X509Certificate } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import tls from "node:tls";
import { readCertificates, trustCertificates } from "#lib/net/certificates.ts";
import { foreignText } from "#lib/net/foreign-text.ts";
import { causeOf } from "./cause.ts";
import { CannotRun } from "./errors.ts";
import { isConnectionFailure, NotYet, type Patience, whenStarted } from "./starting.ts";

interface Trust {
  issuer: string;
  /** PEM file of a certificate, or of its authority. */
  ca: string | undefined;
  /** PEM file of the certificate that the server showed first. */
  trustFirstUse: string | undefined;
}

const connectMs = 10_000;

/** Makes this process trust the certificate that the user named, besides the usual authorities.
 * @returns the file that the apps need as `CA_FILE`, if any
 * @throws {CannotRun} */
export async function trustServer(trust: Trust, patience: Patience): Promise<string | undefined> {
  const { ca, trustFirstUse } = trust;
  if (ca !== undefined) return trustFile("ca", ca);
  if (trustFirstUse === undefined) return undefined;
  if (existsSync(trustFirstUse)) {
    patience.say(
      `Trusted: the certificate saved in ${trustFirstUse} at first use; delete the file if the server has a new one.`,
    );
    return trustFile("trust-first-use", trustFirstUse);
  }

  const { origin, hostname, port } = new URL(trust.issuer);
  const shown = await whenStarted(() => shownBy(hostname, Number(port || 443)), patience);
  if (shown.trusted) return undefined;
  const { leaf, root } = shown;
  if (!leaf.checkHost(hostname)) {
    throw new CannotRun(
      `The certificate of ${origin} is for ${foreignText(leaf.subjectAltName ?? leaf.subject)}, not for ${hostname}; use the host that it names.`,
    );
  }
  if (!root.checkIssued(root)) {
    throw new CannotRun(
      `The certificate of ${origin} is from an authority whose certificate the server does not send; pass the authority's file with --ca.`,
    );
  }
  await mkdir(path.dirname(trustFirstUse), { recursive: true });
  await writeFile(trustFirstUse, root.toString());
  patience.say(
    `Trusted on first use: the certificate of ${origin}, SHA-256 ${root.fingerprint256}. Only this connection vouches for it: compare the fingerprint with the server's own. Saved in ${trustFirstUse}.`,
  );
  return trustFile("trust-first-use", trustFirstUse);
}

function trustFile(flag: string, file: string): string {
  trustCertificates(readCertificates(file, (why) => new CannotRun(`--${flag}: ${why}`)));
  return path.resolve(file);
}

interface Shown {
  /** Whether the usual authorities vouch for it. */
  trusted: boolean;
  /** The server's own certificate. */
  leaf: X509Certificate;
  /** The last certificate of its chain. */
  root: X509Certificate;
}

/** Reads the certificate and hangs up: nothing else is sent or read over this unverified connection. */
function shownBy(host: string, port: number): Promise<Shown> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      const message = `No certificate at ${host}:${port}: ${causeOf(error)}.`;
      reject(isConnectionFailure(error) ? new NotYet(message) : new CannotRun(message));
    };
    const socket = tls.connect({ host, port, servername: host, rejectUnauthorized: false });
    socket.setTimeout(connectMs, () =>
      socket.destroy(
        Object.assign(new Error(`no answer within ${connectMs / 1000} s`), { code: "ETIMEDOUT" }),
      ),
    );
    socket.once("error", fail);
    socket.once("secureConnect", () => {
      const leaf = socket.getPeerX509Certificate();
      let root = leaf;
      while (root?.issuerCertificate && !root.checkIssued(root)) root = root.issuerCertificate;
      if (leaf && root) resolve({ trusted: socket.authorized, leaf, root });
      else fail(new Error("the server presents none"));
      socket.destroy();
    });
  });
}
