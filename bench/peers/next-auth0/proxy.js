/** nextjs-auth0 as its users set it up, with sessions in memory: it receives logout tokens only with a store. */
import { Auth0Client } from "@auth0/nextjs-auth0/server";

const { ISSUER, CLIENT_ID, SECRET, PORT } = process.env;

const sessions = new Map();
/** Session ids by `sid`. */
const bySid = new Map();

const auth0 = new Auth0Client({
  domain: ISSUER,
  clientId: CLIENT_ID,
  clientSecret: SECRET,
  secret: SECRET,
  appBaseUrl: `http://localhost:${PORT}`,
  allowInsecureRequests: true,
  sessionStore: {
    get: async (id) => sessions.get(id) ?? null,
    set: async (id, session) => {
      sessions.set(id, session);
      bySid.set(session.internal.sid, id);
    },
    delete: async (id) => void sessions.delete(id),
    deleteByLogoutToken: async ({ sid }) => {
      sessions.delete(bySid.get(sid));
      bySid.delete(sid);
    },
  },
});

export const proxy = (request) => auth0.middleware(request);

export const config = { matcher: ["/((?!_next/).*)"] };
