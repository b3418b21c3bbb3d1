/** What `--print-clients` says: the clients that a person registers at an OpenID Provider, and how the run begins then. */
import { type AppName, appNames } from "#lib/config/apps.ts";
import { type Fetch, OpenIdProvider } from "#lib/oidc/provider.ts";
import { withoutChannels } from "../model/channels.ts";
import { type ProbeName, probeNames, probesAt } from "../probe/probe-set.ts";
import type { CheckOptions } from "./options.ts";
import { appMetadata, frontDoorByHand } from "./playground.ts";

const roles: Readonly<Record<ProbeName, string>> = {
  "rp-a": "users sign in here",
  "rp-b": "users sign in here too; it leaves it to the OpenID Provider whether to send a sid",
  "rp-c": "nobody ever signs in here, and it must never be told of a logout",
  "rp-d": "its answers to logout requests go wrong on purpose",
};

const app = "the app itself, for the walkthrough (W-01, W-02), which is skipped without it";

/** One field for each line, as client metadata has them (Registration 2, RIL 3.1, BCL 2.2, FCL 2). */
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
  return `Register these clients at ${issuer}, with every address to the byte.

${[...blocks, ...apps].join("\n\n")}

${reached(options)}
All other addresses are for the browser, which finds *.localhost by itself. The ports are ${port} to ${serverHost === undefined ? last : last - 1}: --port N for others.
Of response_types, code is needed; the others and their grant types as far as it has them. Where it does not know
client_secret_basic, client_secret_post does as well; a client without a secret is a public one. ID Tokens have to be
signed with RS256. Codes come with PKCE (S256). For R-50 the clients may have offline_access.
Where a client has one of the two logout channels, leave the other out with --without back-channel or --without
front-channel, here and in the run: checks of what is left out are skipped.

Then run, with the ID and the secret of each${serverHost === undefined ? ", and without the last two where the walkthrough is left out" : ""}:

${commandOf(options)}
`;
}

/** The walkthrough's, which listen on localhost alone. */
const appsOf = ({ probeHost }: CheckOptions): readonly AppName[] => (probeHost === undefined ? appNames : []);

const reached = ({ probeHost }: CheckOptions): string =>
  probeHost === undefined
    ? `The OpenID Provider's own server calls the backchannel_logout_uri, so it has to reach localhost of this machine
(--probe-host HOST for another name of it).`
    : `The OpenID Provider's own server calls the backchannel_logout_uri, so it has to reach ${probeHost}.`;

function block(title: string, metadata: Readonly<Record<string, unknown>>): string {
  const fields = Object.entries(metadata);
  const width = Math.max(...fields.map(([field]) => field.length));
  const lines = fields.map(
    ([field, value]) => `  ${field.padEnd(width)}  ${[value].flat().map(String).join(", ")}`,
  );
  return [title, ...lines].join("\n");
}

/** The same flags again; secrets are for the reader to fill in. */
function commandOf(options: CheckOptions): string {
  const { issuer, port, probeHost, driver, users, without, ca, insecure } = options;
  const parts = [
    `npm run check -- --issuer ${issuer}`,
    ...(driver === "auto" ? [] : [`--driver ${driver}`]),
    ...(port === 47100 ? [] : [`--port ${port}`]),
    ...(probeHost === undefined ? [] : [`--probe-host ${probeHost}`]),
    ...Object.values(users).map(({ name }) => `--user ${name}:PASSWORD`),
    ...(ca === undefined ? [] : [`--ca ${ca}`]),
    ...(insecure ? ["--insecure"] : []),
    ...without.map((channel) => `--without ${channel}`),
    ...[...probeNames, ...appsOf(options)].map((name) => `--client ${name}=ID:SECRET`),
  ];
  return parts.join(" ");
}
