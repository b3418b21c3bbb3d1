/** docker-compose.yml as data. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

export interface Service {
  profiles?: string[];
  image: string;
  build?: string;
  command?: string[];
  environment?: Record<string, string>;
  depends_on?: Record<string, { condition: string }>;
  network_mode?: string;
  ports?: string[];
  volumes?: string[];
  healthcheck?: { test?: string[]; disable?: boolean };
  mem_limit?: string;
  read_only?: boolean;
  cap_drop?: string[];
}

interface ComposeFile {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
}

/** The parser that Playwright brings along: one more dependency would do nothing else. */
const { yaml } = createRequire(import.meta.url)("playwright-core/lib/utilsBundle") as {
  yaml: { parse: (text: string, options: { merge: boolean }) => ComposeFile };
};

export const composeFile = yaml.parse(readFileSync("docker-compose.yml", "utf8"), { merge: true });

export const profiles = ["wso2", "embedded", "keycloak", "scale"] as const;
export type Profile = (typeof profiles)[number];

/** What a profile starts: its own services, and those without a profile. */
export const servicesOf = (profile: string): Record<string, Service> =>
  Object.fromEntries(
    Object.entries(composeFile.services).filter(([, { profiles: own }]) => own?.includes(profile) ?? true),
  );

/** Whether a service runs our own image. */
export const isOurs = ({ image }: Service): boolean => image === "slo-playground";

/** Whether it runs once and ends. */
export const isOneShot = ({ command }: Service): boolean =>
  command?.includes("lib/register/main.ts") ?? false;
