/** express-openid-connect as its users set it up, with the store for sessions in memory. */
import express from "express";
import { auth } from "express-openid-connect";
import createStore from "memorystore";

const { ISSUER, CLIENT_ID, SECRET, PORT } = process.env;
const MemoryStore = createStore(auth);

const app = express();
app.use(
  auth({
    issuerBaseURL: ISSUER,
    baseURL: `http://localhost:${PORT}`,
    clientID: CLIENT_ID,
    clientSecret: SECRET,
    secret: SECRET,
    authRequired: false,
    authorizationParams: { response_type: "code" },
    session: { store: new MemoryStore({ checkPeriod: 24 * 60 * 60 * 1000 }) },
    backchannelLogout: true,
  }),
);
app.listen(Number(PORT), "127.0.0.1");
