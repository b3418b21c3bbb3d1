/** A fresh database of Glewlwyd. */
import { readFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { schemaFile } from "./installation.ts";

/** Loads the packaged schema, which contains the first administrator. */
export async function createDatabase(file: string): Promise<void> {
  const schema = await readFile(schemaFile, "utf8");
  const database = new DatabaseSync(file);
  try {
    database.exec(schema);
    // The OpenID Connect plugin reads the list `post_logout_redirect_uris`; the packaged client module stores
    // only the singular.
    database.exec(`UPDATE g_client_module_instance SET gcmi_parameters = json_set(gcmi_parameters,
      '$."data-format".post_logout_redirect_uris', json('{"multiple":true,"read":true,"write":true}'))`);
  } finally {
    database.close();
  }
}
