/** Certificates from PEM files, and trusting them. */
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import tls from "node:tls";

/** The certificates of a PEM file, each as PEM.
 * @param refuse makes the error, from a sentence that begins with the file's name */
export function readCertificates(file: string, refuse: (why: string) => Error): string[] {
  const found = read(file, refuse).match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (found.length > 0 && found.every(isCertificate)) return found;
  throw refuse(`${file} holds no certificate in PEM format.`);
}

function read(file: string, refuse: (why: string) => Error): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw refuse(`${file} cannot be read: ${code === "ENOENT" ? "there is no such file" : message}.`);
  }
}

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}

/** Makes this process trust these certificates as well. */
export const trustCertificates = (certificates: readonly string[]): void =>
  tls.setDefaultCACertificates([...tls.getCACertificates("default"), ...certificates]);
