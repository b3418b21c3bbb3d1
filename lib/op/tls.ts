/** The self-signed certificate for `OP_HTTPS`: generated at the first start, kept until shortly before it expires. */
import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generate } from "selfsigned";

export interface TlsFiles {
  cert: string;
  key: string;
}

/** The certificate's file in the OP's folder: Relying Parties trust it through `CA_FILE`. */
export const certificateFile = "https-cert.pem";
export const keyFile = "https-key.pem";

const dayMs = 24 * 60 * 60 * 1000;

/** @param directory the OP's data directory; with `:memory:` every start generates a new certificate */
export async function loadCertificate(directory: string): Promise<TlsFiles> {
  const [cert, key] = [join(directory, certificateFile), join(directory, keyFile)];
  if (directory !== ":memory:" && isCurrent(cert) && existsSync(key)) {
    return { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
  }
  const made = await makeCertificate();
  if (directory !== ":memory:") {
    writeFileSync(key, made.key, { mode: 0o600 });
    writeFileSync(cert, made.cert);
  }
  return made;
}

const isCurrent = (file: string): boolean =>
  existsSync(file) && Date.parse(new X509Certificate(readFileSync(file)).validTo) > Date.now() + 7 * dayMs;

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
