/** The embedded OpenID Provider of this project. */
import type { Driver } from "../driver.ts";
import { registerDynamically } from "../generic/dynamic-registration.ts";
import { embeddedPages } from "./pages.ts";
import { sessionsPage } from "./sessions.ts";

export const embedded: Driver = {
  name: "embedded",
  // Only this OP has the field; its paths are those of WSO2 Identity Server.
  recognizes: (metadata) => "end_session_everywhere_supported" in metadata,
  register: registerDynamically,
  largeIdToken: { user: { name: "grace", password: "grace" }, scope: "openid groups" },
  ...sessionsPage,
  ...embeddedPages,
};
