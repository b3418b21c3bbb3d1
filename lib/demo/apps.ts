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

/** Origin of a port on this machine, as browsers write it. */
export const localOrigin = (port: number, scheme: "http" | "https" = "http"): string =>
  new URL(`${scheme}://localhost:${port}`).origin;

/** The addresses an app answers as: the tutorial's one port for both comes first, then the app's own. */
export const baseUrlsOf = (name: AppName, ports: Ports): [string, string] => [
  `${localOrigin(ports.frontDoor)}/${name}`,
  `${localOrigin(ports.apps[name])}/${name}`,
];

/** The issuer of the embedded OpenID Provider. */
export const embeddedIssuer = (ports: Ports, https: boolean): string =>
  `${localOrigin(ports.op, https ? "https" : "http")}/oauth2/token`;
