/** Addresses that some servers send nothing to, to protect what listens there (SSRF). */
import { BlockList, isIP } from "node:net";
import { isLoopback } from "./loopback.ts";

const addresses = new BlockList();
for (const [net, bits] of [
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["169.254.0.0", 16],
] as const)
  addresses.addSubnet(net, bits);
addresses.addSubnet("fc00::", 7, "ipv6");
addresses.addSubnet("fe80::", 10, "ipv6");

/** Names of local networks, and names without a dot, as containers have them. */
const localName = /^[^.]+$|\.(?:internal|local|lan|test|home\.arpa)$/;

/** Whether a host is loopback or private, by its address or as its name suggests. */
export function isInternal(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, "$1");
  if (isLoopback(name)) return true;
  const version = isIP(name);
  return version === 0 ? localName.test(name) : addresses.check(name, version === 6 ? "ipv6" : "ipv4");
}

/** Why no logout token may come to such an address, and what to do. */
export const silentProviders =
  "Some OpenID Providers send nothing to loopback and private addresses. As it ships, oidc-provider is one of them: the logout continues, and only its event backchannel.error says so. Give its configuration a fetch that ignores the dispatcher it is passed.";
