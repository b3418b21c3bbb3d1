/** The two Relying Parties of the playground and where everything answers. */

export const appNames = ["playground2", "playground3"] as const;
export type AppName = (typeof appNames)[number];

export const accents = { playground2: "blue", playground3: "violet" } as const satisfies Record<
  AppName,
  string
>;

/** Where each process listens. */
export interface Ports {
  op: number;
  frontDoor: number;
  apps: Record<AppName, number>;
}

/** What decides the addresses of the apps. */
export interface Layout {
  ports: Ports;
  /** Browsers use each app at a host of its own, which makes it another site than the OP and the other app. */
  crossSite: boolean;
}

/** Where an app answers. */
export interface Addresses {
  /** The ones that browsers are meant to use come first: the tutorial's one port for both apps, then the app's own. */
  baseUrls: [string, string, ...string[]];
  /** Where servers reach it: Node resolves no subdomain of localhost on every system, browsers do by themselves. */
  serverUrl: string;
}

/** Origin of a port on this machine, as browsers write it. */
export const localOrigin = (port: number, scheme: "http" | "https" = "http", host = "localhost"): string =>
  new URL(`${scheme}://${host}:${port}`).origin;

/** The host of an app in the cross-site layout: for browsers every subdomain of localhost is this machine. */
export const hostOf = (name: AppName): string => `${name}.localhost`;

export function addressesOf(name: AppName, { ports, crossSite }: Layout): Addresses {
  const at = (host: string): [string, string] => [
    `${localOrigin(ports.frontDoor, "http", host)}/${name}`,
    `${localOrigin(ports.apps[name], "http", host)}/${name}`,
  ];
  const local = at("localhost");
  return { baseUrls: crossSite ? [...at(hostOf(name)), ...local] : local, serverUrl: local[0] };
}

/** The issuer of the embedded OpenID Provider. */
export const embeddedIssuer = (ports: Ports, https: boolean): string =>
  `${localOrigin(ports.op, https ? "https" : "http")}/oauth2/token`;

/** The apps as the embedded OpenID Provider registers them when it starts (`OP_APPS`). */
export const embeddedApps = (layout: Layout, secrets: Record<AppName, string>) =>
  appNames.map((name) => ({ name, secret: secrets[name], ...addressesOf(name, layout) }));

/** The public client of an app, where there is one. */
export const publicClientOf = (name: AppName): string => `${name}-public`;
