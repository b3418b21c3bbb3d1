/** The Relying Parties of the playground, and where everything answers. A new app is a new row here, plus its services
 * in docker-compose.yml; tests compare the two. */

/** Colours that tell apps apart (`RP_ACCENT`). */
export const accentNames = ["blue", "violet", "teal", "slate"] as const;
export type Accent = (typeof accentNames)[number];

/** Each app: its name (first part of its paths and cookies), its colour, its own port unless another is chosen. */
export const apps = [
  { name: "playground2", accent: "blue", port: 8082 },
  { name: "playground3", accent: "violet", port: 8083 },
] as const satisfies readonly { name: string; accent: Accent; port: number }[];

type App = (typeof apps)[number];
export type AppName = App["name"];

export const appNames: readonly AppName[] = apps.map(({ name }) => name);

/** A value for each app. */
export const perApp = <T>(of: (app: App, index: number) => T): Record<AppName, T> =>
  Object.fromEntries(apps.map((app, index) => [app.name, of(app, index)])) as Record<AppName, T>;

/** The same, one app after the other. */
export async function perAppInTurn<T>(of: (name: AppName) => Promise<T>): Promise<Record<AppName, T>> {
  const values: [AppName, T][] = [];
  for (const name of appNames) values.push([name, await of(name)]);
  return Object.fromEntries(values) as Record<AppName, T>;
}

export const accents: Readonly<Record<AppName, Accent>> = perApp(({ accent }) => accent);

/** Where each process listens. */
export interface Ports {
  op: number;
  frontDoor: number;
  apps: Record<AppName, number>;
}

/** The tutorial's ports. */
export const defaultPorts: Ports = {
  op: 9443,
  frontDoor: 8080,
  apps: perApp(({ port }) => port),
};

/** What decides the addresses of the apps. */
export interface Layout {
  ports: Ports;
  /** Browsers use each app at a host of its own, which makes it a different site from the OP and the other apps. */
  crossSite: boolean;
}

/** Where an app answers. */
export interface Addresses {
  /** The ones that browsers should use come first: the tutorial's one port for all apps, then the app's own. */
  baseUrls: [string, string, ...string[]];
  /** Where servers reach it: not every system resolves subdomains of localhost, though all browsers do. */
  serverUrl: string;
}

/** Origin of a port on this machine, as browsers write it. */
export const localOrigin = (port: number, scheme: "http" | "https" = "http", host = "localhost"): string =>
  new URL(`${scheme}://${host}:${port}`).origin;

/** The host of an app in the cross-site layout: for browsers every subdomain of localhost is this machine. */
export const hostOf = (name: AppName): string => `${name}.localhost`;

/** The addresses of an app in this layout. */
export function addressesOf(name: AppName, { ports, crossSite }: Layout): Addresses {
  const at = (host: string): [string, string] => [
    `${localOrigin(ports.frontDoor, "http", host)}/${name}`,
    `${localOrigin(ports.apps[name], "http", host)}/${name}`,
  ];
  const local = at("localhost");
  return { baseUrls: crossSite ? [...at(hostOf(name)), ...local] : local, serverUrl: local[0] };
}

/** The addresses of all apps but this one. */
export const otherAppsOf = (name: AppName, layout: Layout): string[] =>
  appNames.filter((each) => each !== name).flatMap((each) => addressesOf(each, layout).baseUrls);

/** The issuer of the embedded OpenID Provider. */
export const embeddedIssuer = (ports: Ports, https: boolean): string =>
  `${localOrigin(ports.op, https ? "https" : "http")}/oauth2/token`;

/** The apps as the embedded OpenID Provider registers them when it starts (`OP_APPS`). */
export const embeddedApps = (layout: Layout, secrets: Record<AppName, string>) =>
  appNames.map((name) => ({ name, secret: secrets[name], ...addressesOf(name, layout) }));

/** The public client of an app, where there is one. */
export const publicClientOf = (name: AppName): string => `${name}-public`;
