/** mod_auth_openidc in an Apache of its own, with its configuration in a temporary folder. */
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { CannotRun } from "#lib/cli/errors.ts";
import { ensureDebianPackages } from "#lib/prepare/system.ts";
import { clientId } from "../sessions.ts";
import { overHttp, type Receiver, type Setting } from "./receiver.ts";

const modules = "/usr/lib/apache2/modules";
const debianPackages = ["apache2", "libapache2-mod-auth-openidc"];

/** @param cache what the row calls it
 *  @param settings of the cache, in a folder that Apache may write */
const receiver = (cache: string, note: string, settings: (folder: string) => string): Receiver => ({
  name: `mod_auth_openidc ${version()}, ${cache}`,
  note,
  start: async (setting) => {
    const lane = await ensureDebianPackages(debianPackages, setting);
    if (!lane.ready) throw new CannotRun(`${lane.reason}. ${lane.command}`);
    const folder = path.join(setting.scratch, `apache-${cache.replaceAll(/\W+/g, "-")}`);
    const cacheFolder = path.join(folder, "cache");
    mkdirSync(cacheFolder, { recursive: true });
    // Its workers run as another user.
    chmodSync(setting.scratch, 0o755);
    chmodSync(cacheFolder, 0o777);
    return overHttp((port) => {
      const file = path.join(folder, "apache2.conf");
      writeFileSync(file, configuration(folder, port, setting, settings(cacheFolder)));
      // It ends with this process, however that ends: killed, its parent would leave its workers behind.
      const args = ["--pdeathsig", "TERM", "/usr/sbin/apache2", "-f", file, "-D", "FOREGROUND"];
      return { name: "Apache", file: "/usr/bin/setpriv", args, cwd: folder };
    }, "/oidc/callback?logout=backchannel");
  },
});

/** Of the installed or installable package. */
function version(): string {
  try {
    const policy = execFileSync("apt-cache", ["policy", "libapache2-mod-auth-openidc"], { encoding: "utf8" });
    return /Candidate: ([\d.]+)/.exec(policy)?.[1] ?? "";
  } catch {
    return ""; // not Debian
  }
}

const loaded = ["mpm_event", "authn_core", "authz_core", "authz_user", "auth_openidc"];

function configuration(folder: string, port: number, { issuer }: Setting, cache: string): string {
  const present = loaded.filter((name) => existsSync(path.join(modules, `mod_${name}.so`)));
  return `ServerName localhost
Listen 127.0.0.1:${port}
${present.map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`).join("\n")}
User www-data
Group www-data
DocumentRoot ${folder}
DefaultRuntimeDir ${folder}
PidFile ${folder}/pid
ErrorLog ${folder}/error.log
LogLevel crit
KeepAlive On
MaxKeepAliveRequests 0
KeepAliveTimeout 60
OIDCProviderMetadataURL ${issuer.issuer}.well-known/openid-configuration
OIDCClientID ${clientId}
OIDCClientSecret secret
OIDCRedirectURI http://127.0.0.1:${port}/oidc/callback
OIDCCryptoPassphrase passphrase
OIDCIDTokenIatSlack 3600
${cache}
<Location /oidc>
  AuthType openid-connect
  Require valid-user
</Location>
`;
}

export const apacheDefault = receiver(
  "default cache",
  "remembers jti in 500 shared entries, in memory",
  () => "",
);

export const apacheLarge = receiver(
  "10,000-entry cache",
  "remembers jti in 10,000 shared entries, in memory",
  () => "OIDCCacheShmMax 10000",
);

export const apacheFile = receiver(
  "file cache",
  "remembers each jti in a file, not synced",
  (folder) => `OIDCCacheType file\nOIDCCacheDir ${folder}`,
);
