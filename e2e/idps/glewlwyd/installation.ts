/** What Debian's packages of Glewlwyd bring, and where. */
import { cp, rm } from "node:fs/promises";
import path from "node:path";

export const packages = {
  // dbconfig-no-thanks: the database is ours to make.
  names: ["glewlwyd", "glewlwyd-common", "dbconfig-no-thanks"],
  // Unattended, the package's set-up fails unless it is told to leave the configuration to somebody else.
  debconf: "glewlwyd glewlwyd/config_type select No configuration",
} as const;

const MODULES = "/usr/lib/glewlwyd";
const SHARE = "/usr/share/glewlwyd";
/** The tables, as dbconfig would load them. */
export const SCHEMA = "/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3";

/** Copies the web pages. The package links their config.json to a folder; they need the file. */
export async function copyWebapp(to: string): Promise<void> {
  await cp(path.join(SHARE, "webapp"), to, { recursive: true, dereference: true });
  const settings = path.join(to, "config.json");
  await rm(settings, { recursive: true, force: true });
  await cp(path.join(SHARE, "templates", "config.json"), settings);
}

const mimeTypes: Record<string, string> = {
  ".html": "text/html",
  ".css": "text/css",
  ".js": "application/javascript",
  ".json": "application/json",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff": "font/woff",
  ".woff2": "font/woff2",
};

interface Places {
  port: number;
  origin: string;
  database: string;
  webapp: string;
  log: string;
}

/** Glewlwyd's own configuration file. */
export function configurationFile({ port, origin, database, webapp, log }: Places): string {
  // Of every file that is not to be compressed it leaves a descriptor open, and with 1024 of them it takes no connection.
  const types = Object.entries(mimeTypes).map(
    ([extension, type]) => `{ extension = ${quote(extension)} mime_type = ${quote(type)} compress = 1 }`,
  );
  const settings: Record<string, string | number | boolean> = {
    port,
    bind_address: "127.0.0.1",
    external_url: origin,
    login_url: "login.html",
    api_prefix: "api",
    static_files_path: `${webapp}/`,
    allow_origin: "*",
    log_mode: "file",
    log_level: "DEBUG",
    log_file: log,
    cookie_secure: 0,
    cookie_same_site: "empty",
    session_expiration: 2_419_200,
    session_key: "GLEWLWYD2_SESSION_ID",
    admin_scope: "g_admin",
    profile_scope: "g_profile",
    // The package's `true` would forbid its own session iframe to be framed.
    add_x_frame_option_header_deny: false,
    user_module_path: `${MODULES}/user`,
    client_module_path: `${MODULES}/client`,
    user_auth_scheme_module_path: `${MODULES}/scheme`,
    plugin_module_path: `${MODULES}/plugin`,
    hash_algorithm: "SHA512",
  };
  return [
    ...Object.entries(settings).map(
      ([name, value]) => `${name} = ${typeof value === "string" ? quote(value) : value}`,
    ),
    `static_files_mime_types = ( ${types.join(", ")} )`,
    `database = { type = "sqlite3" path = ${quote(database)} }`,
    "",
  ].join("\n");
}

/** A string of libconfig, which escapes as JSON does. */
const quote = (text: string): string => JSON.stringify(text);
