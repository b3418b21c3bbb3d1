/** The output of `--print-clients`: the clients to register by hand, and the command of the run. */
import { type AppName, appNames } from "#lib/config/apps.ts";
import type { Fetch } from "#lib/net/bounded-fetch.ts";
import { OpenIdProvider } from "#lib/oidc/provider.ts";
import { withoutChannels } from "../model/channels.ts";
import { type ProbeName, probeNames, probesAt } from "../probe/probe-set.ts";
import { type CheckOptions, usualPort } from "./options.ts";
import { appMetadata, frontDoorByHand } from "./playground.ts";

const roles: Readonly<Record<ProbeName, string>> = {
  "rp-a": "users sign in here",
  "rp-b": "users sign in here too; the OpenID Provider may omit the sid",
  "rp-c": "no user signs in here, and it must never be notified of a logout",
  "rp-d": "its answers to logout requests fail on purpose",
};

const app = "the app itself, for the walkthrough (W-01, W-02); optional";

/** Lists the client metadata, one field per line (Registration 2, RIL 3.1, BCL 2.2, FCL 2). */
export function clientsByHand(options: CheckOptions & { issuer: string }): string {
  const { issuer, port, without, probeHost: serverHost } = options;
  const provider = new OpenIdProvider(issuer, { fetch: fetch as Fetch, now: Date.now });
  const probes = probesAt(provider, { port, serverHost, without });
  const last = frontDoorByHand({ port });
  const blocks = probes.map((probe, index) => {
    const name = probeNames[index] as ProbeName;
    return block(`${name}: ${roles[name]}`, { ...probe.metadata, client_name: name });
  });
  const apps = appsOf(options).map((name) =>
    block(
      `${name}: ${app}`,
      withoutChannels(appMetadata(name, { issuer, metadata: { issuer } }, last), without),
    ),
  );
  return `Register these clients at ${issuer}, with exactly these addresses.

${[...blocks, ...apps].join("\n\n")}

${reached(options)}
All other addresses are for the browser, which resolves *.localhost itself. The ports are ${port} to ${serverHost === undefined ? last : last - 1}; --port N changes them.
The response type code is required; the others and their grant types are optional. client_secret_post works too; a client
without a secret is a public one. ID Tokens must be signed with RS256. Code requests use PKCE (S256). For R-50 the
clients may have offline_access.
If a client can have only one of the two logout channels, omit the other with --without back-channel or
--without front-channel, here and in the run: the checks of that channel are skipped.

Then run this with the ID and secret of each client${serverHost === undefined ? `; omit ${appNames.join(", ")} to skip the walkthrough` : ""}:

${commandOf(options)}
`;
}

/** The apps of the walkthrough, which listen only on localhost. */
const appsOf = ({ probeHost }: CheckOptions): readonly AppName[] => (probeHost === undefined ? appNames : []);

const reached = ({ probeHost }: CheckOptions): string =>
  probeHost === undefined
    ? `The OpenID Provider's server calls the backchannel_logout_uri, so it must reach localhost of this machine
(--probe-host HOST for another name of it).`
    : `The OpenID Provider's server calls the backchannel_logout_uri, so it must reach ${probeHost}.`;

function block(title: string, metadata: Readonly<Record<string, unknown>>): string {
  const fields = Object.entries(metadata);
  const width = Math.max(...fields.map(([field]) => field.length));
  const lines = fields.map(
    ([field, value]) => `  ${field.padEnd(width)}  ${[value].flat().map(String).join(", ")}`,
  );
  return [title, ...lines].join("\n");
}

/** The same flags again, with placeholders for secrets. */
function commandOf(options: CheckOptions): string {
  const { issuer, port, probeHost, driver, users, without, ca, insecure } = options;
  const parts = [
    `npm run check -- --issuer ${issuer}`,
    ...(driver === "auto" ? [] : [`--driver ${driver}`]),
    ...(port === usualPort ? [] : [`--port ${port}`]),
    ...(probeHost === undefined ? [] : [`--probe-host ${probeHost}`]),
    ...Object.values(users).map(({ name }) => `--user ${name}:PASSWORD`),
    ...(ca === undefined ? [] : [`--ca ${ca}`]),
    ...(insecure ? ["--insecure"] : []),
    ...without.map((channel) => `--without ${channel}`),
    ...[...probeNames, ...appsOf(options)].map((name) => `--client ${name}=ID:SECRET`),
  ];
  return parts.join(" ");
}
