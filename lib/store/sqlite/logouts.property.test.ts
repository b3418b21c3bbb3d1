import { test } from "node:test";
import { holds } from "#lib/net/testing/property.ts";
import { agreesWithModel } from "../testing/logout-model.ts";
import { openSqliteStore } from "./store.ts";

test("for every order of logins, logouts, renewals and time, SQLite ends exactly the sessions that the model ends", (t) =>
  holds(
    t,
    agreesWithModel(() => openSqliteStore(":memory:", "app"), true),
    { ms: 3000 },
  ));
