/** Which hosts are this machine, written as in `URL.hostname` (IPv6 in brackets) or as addresses to listen on. */
import { BlockList, isIP } from "node:net";

const addresses = new BlockList();
addresses.addSubnet("127.0.0.0", 8); // also as ::ffff:127.0.0.1
addresses.addAddress("::1", "ipv6");

/** Whether browsers on this machine stay on it with this host. Subdomains of localhost count (RFC 6761 6.3). */
export function isLoopback(host: string): boolean {
  const name = nameOf(host);
  return name.endsWith(".localhost") || isCertainlyLoopback(name);
}

/** Whether requests of this process stay on this machine, too: the rule for URLs that others choose (SSRF). Subdomains
 * of localhost and `localhost.` do not count: Node leaves them to the system's resolver, which may ask a DNS server or
 * append a search domain, and so may get any address. */
export function isCertainlyLoopback(host: string): boolean {
  const name = nameOf(host);
  const version = isIP(name);
  return version === 0
    ? host.toLowerCase() === "localhost"
    : addresses.check(name, version === 6 ? "ipv6" : "ipv4");
}

const nameOf = (host: string): string =>
  host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, "$1")
    .replace(/\.$/, "");
