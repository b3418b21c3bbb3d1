/** The tables of the OP's database. */
import { boundsSchema } from "./bounds.ts";
import { deliverySchema } from "./delivery-store.ts";

export const schema = `
  CREATE TABLE IF NOT EXISTS artifact (
    model TEXT NOT NULL, id TEXT NOT NULL, payload TEXT NOT NULL,
    expires_at INTEGER, uid TEXT, grant_id TEXT,
    PRIMARY KEY (model, id)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS artifact_uid ON artifact (uid) WHERE uid IS NOT NULL;
  CREATE INDEX IF NOT EXISTS artifact_grant ON artifact (grant_id) WHERE grant_id IS NOT NULL;
  CREATE INDEX IF NOT EXISTS artifact_expiry ON artifact (expires_at) WHERE expires_at IS NOT NULL;
  CREATE TABLE IF NOT EXISTS consent (
    account_id TEXT NOT NULL, client_id TEXT NOT NULL, scopes TEXT NOT NULL,
    PRIMARY KEY (account_id, client_id)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS secret (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  ${boundsSchema}
  ${deliverySchema}
`;

/** Earlier versions kept the registration access token of a deleted client, and those have no expiry. */
export const dropOrphans = `
  DELETE FROM artifact WHERE model = 'RegistrationAccessToken' AND NOT EXISTS
    (SELECT 1 FROM artifact AS client WHERE client.model = 'Client' AND client.id = artifact.payload ->> 'clientId');
`;
