/** Lets sessions expire at once. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** @param directory of the OP's database
 * @param user whose sessions; default: everyone's */
export function expireSessions(directory: string, user = ""): void {
  const database = new DatabaseSync(join(directory, "op.sqlite"));
  database
    .prepare("UPDATE artifact SET expires_at = 1 WHERE model = 'Session' AND payload LIKE ?")
    .run(`%"${user}%`);
  database.close();
}
