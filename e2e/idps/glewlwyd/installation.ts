/** Debian's packages of Glewlwyd, their files, and its configuration. */
import { cp, rm } from "node:fs/promises";
import path from "node:path";

export const packages = {
  // dbconfig-no-thanks: we create the database.
  names: ["glewlwyd", "glewlwyd-common", "dbconfig-no-thanks"],
  // Without this answer, unattended installation fails.
  debconf: "glewlwyd glewlwyd/config_type select No configuration",
} as const;

const modulesFolder = "/usr/lib/glewlwyd";
const shareFolder = "/usr/share/glewlwyd";
/** The schema that dbconfig would load. */
export const schemaFile = "/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3";

/** Copies the web pages. In the package their config.json links to a folder; they need the file. */
export async function copyWebapp(to: string): Promise<void> {
  await cp(path.join(shareFolder, "webapp"), to, { recursive: true, dereference: true });
  const settings = path.join(to, "config.json");
  await rm(settings, { recursive: true, force: true });
  await cp(path.join(shareFolder, "templates", "config.json"), settings);
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
  // It leaks a file descriptor per uncompressed file, and at 1024 it accepts no more connections.
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
    // The package's `true` would forbid framing its OP iframe.
    add_x_frame_option_header_deny: false,
    user_module_path: `${modulesFolder}/user`,
    client_module_path: `${modulesFolder}/client`,
    user_auth_scheme_module_path: `${modulesFolder}/scheme`,
    plugin_module_path: `${modulesFolder}/plugin`,
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

/** A libconfig string: the same escapes as JSON. */
const quote = (text: string): string => JSON.stringify(text);
