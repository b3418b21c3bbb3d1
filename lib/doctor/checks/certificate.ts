/** The certificate that a host presents, trusted or not. */
import { isIP } from "node:net";
import tls from "node:tls";
import { reason } from "#lib/net/innermost-error.ts";
import { patienceSeconds, Unanswered } from "../prober.ts";

export interface Certificate {
  host: string;
  /** Milliseconds since the epoch. */
  validFrom: number;
  validTo: number;
  /** The names in it. */
  names: string;
  /** Whether one of them is this host. */
  fits: boolean;
  /** Who signed the last certificate of the chain that the server sent. */
  authority: string;
  selfSigned: boolean;
  sha256: string;
  /** OpenSSL's code for why the chain is not trusted; undefined if it is. Names are not considered. */
  distrust?: string;
}

/** @throws {Unanswered} if the host does not speak TLS */
export function certificateOf(origin: string): Promise<Certificate> {
  const { hostname, port } = new URL(origin);
  const host = hostname.replace(/^\[|\]$/g, "");
  return new Promise((resolve, reject) => {
    const socket = tls.connect({
      host,
      port: Number(port || 443),
      ...(isIP(host) ? {} : { servername: host }),
      // Nothing is sent over this connection.
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
    names: certificate.subjectaltname ?? one(certificate.subject?.CN) ?? "no name",
    fits: tls.checkServerIdentity(host, certificate) === undefined,
    authority: authorityOf(certificate),
    selfSigned: certificate.issuerCertificate?.fingerprint256 === certificate.fingerprint256,
    sha256: certificate.fingerprint256,
    ...(socket.authorized ? {} : { distrust: String((error as { code?: string } | null)?.code ?? error) }),
  };
}

/** The topmost authority of the chain. */
function authorityOf(certificate: tls.DetailedPeerCertificate): string {
  let top = certificate;
  for (let depth = 0; depth < 10; depth++) {
    const next = top.issuerCertificate;
    if (!next || next.fingerprint256 === top.fingerprint256) break;
    top = next;
  }
  return one(top.issuer?.CN) ?? one(top.issuer?.O) ?? "an unnamed authority";
}

const one = (name: string | string[] | undefined): string | undefined =>
  Array.isArray(name) ? name[0] : name;
