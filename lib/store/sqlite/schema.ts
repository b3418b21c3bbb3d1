/** Tables of the SQLite store. Times are milliseconds since the epoch, except `iat`: seconds, as in the token. */
export const schema = `
CREATE TABLE IF NOT EXISTS sessions (
  id INTEGER PRIMARY KEY,
  session_id TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  -- of the login; a logout finds the session by them
  iss TEXT,
  client_id TEXT,
  sid TEXT,
  sub TEXT,
  -- when the login began, and when its tokens expire
  since INTEGER,
  tokens_until INTEGER,
  -- set by a logout, which leaves the rest to the next sweep: that erases the login, sid and sub
  ended TEXT,
  logout TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS sessions_by_sid ON sessions (iss, sid) WHERE sid IS NOT NULL;
CREATE INDEX IF NOT EXISTS sessions_by_sub ON sessions (iss, sub) WHERE sub IS NOT NULL;
CREATE INDEX IF NOT EXISTS sessions_without_sid ON sessions (iss) WHERE sid IS NULL AND sub IS NOT NULL;
CREATE INDEX IF NOT EXISTS sessions_by_time ON sessions (expires_at);
CREATE INDEX IF NOT EXISTS sessions_to_erase ON sessions (id) WHERE ended IS NOT NULL AND sub IS NOT NULL;
CREATE INDEX IF NOT EXISTS visits ON sessions (created_at) WHERE client_id IS NULL;

-- the long values of sessions: a logout needs none of them
CREATE TABLE IF NOT EXISTS session_data (
  id INTEGER PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
  form TEXT,
  login TEXT,
  tokens TEXT
) STRICT;

-- client IDs of logins: a logout token for one of them is for this app
CREATE TABLE IF NOT EXISTS clients (
  iss TEXT NOT NULL,
  client_id TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (iss, client_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS pending_logins (
  state TEXT PRIMARY KEY,
  iss TEXT NOT NULL,
  client_id TEXT NOT NULL,
  data TEXT NOT NULL,
  taken INTEGER NOT NULL DEFAULT 0,
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS pending_logins_by_client ON pending_logins (iss, client_id);
CREATE INDEX IF NOT EXISTS pending_logins_by_time ON pending_logins (expires_at);
CREATE INDEX IF NOT EXISTS pending_logins_of_browser ON pending_logins (data ->> 'browser');
CREATE INDEX IF NOT EXISTS pending_logins_to_drop ON pending_logins (data ->> 'browser' IS NOT NULL, expires_at);

-- users may choose a state, so it is unique only together with the session
CREATE TABLE IF NOT EXISTS pending_logouts (
  state TEXT NOT NULL,
  session_id TEXT NOT NULL,
  -- the request itself, until the browser has fetched it
  request TEXT,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (state, session_id)
) STRICT;
CREATE INDEX IF NOT EXISTS pending_logouts_of_session ON pending_logouts (session_id);

CREATE TABLE IF NOT EXISTS seen_jti (
  iss TEXT NOT NULL,
  jti TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (iss, jti)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS seen_jti_by_time ON seen_jti (expires_at);

-- sessions whose tokens are being refreshed
CREATE TABLE IF NOT EXISTS refreshes (
  session_id TEXT PRIMARY KEY,
  claimant TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- OP sessions and users that a logout token ended: a callback that is still running checks its session here
CREATE TABLE IF NOT EXISTS logouts (
  iss TEXT NOT NULL,
  client_id TEXT NOT NULL,
  -- sub-without-sid: of that user, only logins whose ID Token has no sid
  kind TEXT NOT NULL CHECK (kind IN ('sid', 'sub', 'sub-without-sid')),
  value TEXT NOT NULL,
  iat INTEGER NOT NULL,
  end_by TEXT NOT NULL,
  at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (iss, client_id, kind, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS logouts_by_time ON logouts (expires_at);

CREATE TABLE IF NOT EXISTS settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  type TEXT NOT NULL,
  session_id TEXT,
  data TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS events_by_type ON events (type, seq);
`;
