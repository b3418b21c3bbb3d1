/** The certificate that a host shows, trusted or not. */
import { isIP } from "node:net";
import tls from "node:tls";
import { reason } from "#lib/net/innermost-error.ts";
import { patienceSeconds, Unanswered } from "../prober.ts";

export interface Certificate {
  host: string;
  /** Milliseconds since the epoch. */
  validFrom: number;
  validTo: number;
  /** The names it is made for. */
  names: string;
  /** Whether it is for this host. */
  fits: boolean;
  /** Who signed it, or the last certificate that the server sent along with it. */
  authority: string;
  selfSigned: boolean;
  sha256: string;
  /** Why it is not trusted, as OpenSSL says it; undefined where it is. The name does not count here. */
  distrust?: string;
}

/** @throws {Unanswered} where there is no TLS */
export function certificateOf(origin: string): Promise<Certificate> {
  const { hostname, port } = new URL(origin);
  const host = hostname.replace(/^\[|\]$/g, "");
  return new Promise((resolve, reject) => {
    const socket = tls.connect({
      host,
      port: Number(port || 443),
      ...(isIP(host) ? {} : { servername: host }),
      // It is looked at, and nothing is sent.
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
    });
    const give = (settle: () => void) => {
      settle();
      socket.destroy();
    };
    socket.setTimeout(patienceSeconds * 1000, () =>
      give(() => reject(new Unanswered(`no answer within ${patienceSeconds} s`))),
    );
    socket.once("error", (error) => give(() => reject(new Unanswered(reason(error)))));
    socket.once("secureConnect", () => give(() => resolve(certificateIn(socket, host))));
  });
}

function certificateIn(socket: tls.TLSSocket, host: string): Certificate {
  const certificate = socket.getPeerCertificate(true);
  const error = socket.authorizationError as Error | string | undefined | null;
  return {
    host,
    validFrom: Date.parse(certificate.valid_from),
    validTo: Date.parse(certificate.valid_to),
    names: certificate.subjectaltname ?? one(certificate.subject?.CN) ?? "nobody",
    fits: tls.checkServerIdentity(host, certificate) === undefined,
    authority: authorityOf(certificate),
    selfSigned: certificate.issuerCertificate?.fingerprint256 === certificate.fingerprint256,
    sha256: certificate.fingerprint256,
    ...(socket.authorized ? {} : { distrust: String((error as { code?: string } | null)?.code ?? error) }),
  };
}

/** The topmost authority that is known of. */
function authorityOf(certificate: tls.DetailedPeerCertificate): string {
  let top = certificate;
  for (let depth = 0; depth < 10; depth++) {
    const next = top.issuerCertificate;
    if (!next || next.fingerprint256 === top.fingerprint256) break;
    top = next;
  }
  return one(top.issuer?.CN) ?? one(top.issuer?.O) ?? "an authority without a name";
}

const one = (name: string | string[] | undefined): string | undefined =>
  Array.isArray(name) ? name[0] : name;
