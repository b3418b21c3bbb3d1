/** What each process of the demo is started with. The names of the variables are those of .env.example. */

import path from "node:path";
import {
  type AppName,
  accents,
  addressesOf,
  embeddedApps,
  embeddedIssuer,
  localOrigin,
  otherAppsOf,
  publicClientOf,
} from "#lib/config/apps.ts";
import type { Environment } from "#lib/config/env.ts";
import { discoveryUrl } from "#lib/net/discovery-url.ts";
import { certificateFile } from "#lib/op/tls.ts";
import type { Client } from "#lib/register/registration.ts";
import type { SavedState } from "#lib/register/saved-state.ts";
import type { ProcessPlan } from "./managed-process.ts";
import type { DemoOptions } from "./options.ts";
import { isNextBanner, isOpGreeting } from "./output.ts";

interface Setting {
  options: DemoOptions;
  state: SavedState;
  /** The environment that the demo itself was started with. */
  env: Environment;
}

/** The embedded OpenID Provider. */
export function opPlan({ options, state, env }: Setting): ProcessPlan {
  const { ports, https, faults } = options;
  const apps = embeddedApps(options, state.clientSecrets);
  const issuer = embeddedIssuer(ports, https);
  return {
    name: "op",
    args: ["lib/op/main.ts"],
    address: `${new URL(issuer).origin}/`,
    isNoise: isOpGreeting,
    probe: discoveryUrl(issuer),
    env: {
      ...env,
      ...logSettings(options),
      ...storeSettings(options),
      OP_HOST: "127.0.0.1",
      OP_PORT: String(ports.op),
      OP_HTTPS: String(https),
      OP_APPS: JSON.stringify(apps),
      OP_DATA_DIR: path.resolve(options.data, "op"),
      OP_FRONT_DOOR: localOrigin(ports.frontDoor),
      OP_FAULTS: faults.join(","),
    },
  };
}

/** While it starts, V8 would extend the space for new objects to 32 MB, and keep it. Requests need no more than this. */
const lean = ["--max-semi-space-size=4"];

/** One Relying Party: the one Next build, with the environment that makes it this app. */
export function rpPlan(
  name: AppName,
  client: Client,
  { options, env }: Setting,
  sessionSecret: string,
): ProcessPlan {
  const { ports, issuer, https, data, ca } = options;
  const port = ports.apps[name];
  const { baseUrls } = addressesOf(name, options);
  return {
    name,
    args: [...lean, "node_modules/next/dist/bin/next", "start", "-H", "127.0.0.1", "-p", String(port)],
    address: `${baseUrls[1]}/`,
    probe: `${localOrigin(port)}/${name}/health`,
    isNoise: isNextBanner,
    env: {
      ...env,
      ...logSettings(options),
      ...storeSettings(options),
      RP_NAME: name,
      RP_BASE_URLS: baseUrls.join(","),
      OTHER_APPS: otherAppsOf(name, options).join(","),
      RP_SECRET: sessionSecret,
      RP_ACCENT: accents[name],
      OP_ISSUER: issuer ?? embeddedIssuer(ports, https),
      CLIENT_ID: client.id,
      // Empty counts as unset, and overrides a value for another client in a .env file.
      CLIENT_SECRET: client.secret ?? "",
      ID_TOKEN_ENCRYPTED_RESPONSE_ALG: client.encryption?.alg ?? "",
      ID_TOKEN_ENCRYPTED_RESPONSE_ENC: client.encryption?.enc ?? "",
      PUBLIC_CLIENT_ID: issuer === undefined ? publicClientOf(name) : (client.publicId ?? ""),
      DATA_DIR: path.resolve(data, name),
      ALLOW_LOOPBACK: "true",
      NEXT_TELEMETRY_DISABLED: "1",
      // Otherwise each thread of the C library gets memory of its own, which it hardly uses.
      MALLOC_ARENA_MAX: "2",
      ...(ca !== undefined && { CA_FILE: path.resolve(ca) }),
      ...(issuer === undefined && https && { CA_FILE: path.resolve(data, "op", certificateFile) }),
    },
  };
}

const logSettings = ({ LOG_FORMAT, LOG_LEVEL }: DemoOptions) => ({ LOG_FORMAT, LOG_LEVEL });
const storeSettings = ({ replaceBadStore }: DemoOptions) =>
  replaceBadStore ? { REPLACE_BAD_STORE: "true" } : {};
