/** The mechanisms by which an OP ends a session at a Relying Party: the one table that pages, log, doctor, regression
 * suite and tests read. A new mechanism is a row here; the compiler names the places that lack it. */

interface MechanismRow {
  /** As a heading or label. */
  title: string;
  /** In a sentence. */
  name: string;
  /** What notifies the RP. */
  channel: "the OP's server" | "a frame in the browser";
  /** Member of the discovery document that declares it. */
  declaredBy: string;
  /** Client metadata that registers the RP for it, the URI first; empty if the RP registers nothing. */
  registeredBy: readonly string[];
  /** What happens, technically. */
  how: string;
  /** What the page says about a session that it ended. */
  ended: string;
}

export const mechanisms = {
  "back-channel": {
    title: "Back-channel logout",
    name: "back-channel logout",
    channel: "the OP's server",
    declaredBy: "backchannel_logout_supported",
    registeredBy: ["backchannel_logout_uri", "backchannel_logout_session_required"],
    how: "The OpenID Provider calls this app directly, at /bclogout.",
    ended: "The OpenID Provider notified this app directly, not through your browser.",
  },
  "front-channel": {
    title: "Front-channel logout",
    name: "front-channel logout",
    channel: "a frame in the browser",
    declaredBy: "frontchannel_logout_supported",
    registeredBy: ["frontchannel_logout_uri", "frontchannel_logout_session_required"],
    how: "The OpenID Provider's page loads /fclogout in a hidden frame.",
    ended: "The OpenID Provider notified this app through a hidden frame in your browser.",
  },
  "session-management": {
    title: "Session management",
    name: "session management",
    channel: "a frame in the browser",
    declaredBy: "check_session_iframe",
    registeredBy: [],
    how: "A hidden frame in this app's page asks a frame of the OpenID Provider whether its session has changed.",
    ended: "This page noticed that the session at the OpenID Provider has ended.",
  },
} as const satisfies Record<string, MechanismRow>;

export type Mechanism = keyof typeof mechanisms;

/** In the order of the table. */
export const mechanismNames = Object.keys(mechanisms) as Mechanism[];

/** The mechanisms that an RP registers for. */
export type RegisteredMechanism = {
  [Each in Mechanism]: (typeof mechanisms)[Each]["registeredBy"] extends readonly [] ? never : Each;
}[Mechanism];

/** In the order of the table. */
export const registeredMechanisms = mechanismNames.filter(
  (name): name is RegisteredMechanism => mechanisms[name].registeredBy.length > 0,
);

/** The client metadata that registers an RP for all of them. */
export type RegistrationField = (typeof mechanisms)[RegisteredMechanism]["registeredBy"][number];

/** The title of each. */
export const mechanismTitles = Object.fromEntries(
  mechanismNames.map((name) => [name, mechanisms[name].title]),
) as Record<Mechanism, string>;
