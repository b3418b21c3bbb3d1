/** The self-signed certificate for `OP_HTTPS`: generated at the first start, kept until shortly before it expires. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generate } from "selfsigned";
import { ConfigError } from "#lib/config/env.ts";

export interface TlsFiles {
  cert: string;
  key: string;
}

/** The certificate's file in the OP's folder: Relying Parties trust it through `CA_FILE`. */
export const certificateFile = "https-cert.pem";
export const keyFile = "https-key.pem";

const dayMs = 24 * 60 * 60 * 1000;

/** @param directory the OP's data directory; with `:memory:` every start generates a new certificate
 *  @throws {ConfigError} if the kept ones cannot be used */
export async function loadCertificate(directory: string): Promise<TlsFiles> {
  const [cert, key] = [join(directory, certificateFile), join(directory, keyFile)];
  const kept = directory !== ":memory:" && existsSync(cert) && existsSync(key) && read(cert, key);
  if (kept && isCurrent(kept)) return kept;
  const made = await makeCertificate();
  if (directory !== ":memory:") {
    writeFileSync(key, made.key, { mode: 0o600 });
    writeFileSync(cert, made.cert);
  }
  return made;
}

/** @throws {ConfigError} if one of them is damaged, or they do not belong together */
function read(certFile: string, privateFile: string): TlsFiles {
  try {
    const [cert, key] = [readFileSync(certFile, "utf8"), readFileSync(privateFile, "utf8")];
    if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
      throw new Error("the key is not that of the certificate");
    return { cert, key };
  } catch (error) {
    const why = error instanceof Error ? error.message : "";
    throw new ConfigError(
      `${certFile} and ${privateFile} cannot be used (${why}). Delete both: new ones are made.`,
    );
  }
}

const isCurrent = ({ cert }: TlsFiles): boolean =>
  Date.parse(new X509Certificate(cert).validTo) > Date.now() + 7 * dayMs;

/** A self-signed CA certificate, only for this machine's names. */
async function makeCertificate(): Promise<TlsFiles> {
  const { cert, private: key } = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notAfterDate: new Date(Date.now() + 397 * dayMs), // browsers refuse longer ones
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", digitalSignature: true, keyCertSign: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "localhost" },
          { type: 7, ip: "127.0.0.1" },
          { type: 7, ip: "::1" },
        ],
      },
    ],
  });
  return { cert, key };
}
