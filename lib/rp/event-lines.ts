/** Events as log lines for people; the lines about back-channel logout are the tutorial's. */
import { summaryOf } from "#lib/doctor/finding.ts";
import type { EventData, EventType, NewEvent } from "./events.ts";
import { warningOf } from "./logout/logout-effect.ts";

interface Line {
  level: "info" | "warn";
  text: string;
}

const info = (text: string): Line => ({ level: "info", text });
const warn = (text: string): Line => ({ level: "warn", text });

/** The lines of each type of event. */
const lines: { [Type in EventType]: (data: EventData[Type]) => Line[] } = {
  authorization_request: ({ responseType, grantType, clientId }) => [
    info(`Authorization request sent (${responseType || grantType}) for client ${clientId}.`),
  ],
  authorization_response: () => [info("Authorization response received.")],
  sign_in_refused: ({ error }) => [warn(`Sign-in refused: ${error}`)],
  token_request: ({ clientId, refusedBasic }) => [
    info("Tokens received."),
    ...(refusedBasic
      ? [
          warn(
            `The OpenID Provider refuses client_secret_basic, which it declares, for client ${clientId} (HTTP 401); client_secret_post is used instead.`,
          ),
        ]
      : []),
  ],
  session_begun: ({ sub, session, sid, warning }) => [
    info(`Logged in user: ${sub}`),
    info(`Storing session: ${session} against the sid: ${sid ?? ""}`),
    ...(warning ? [warn(warning)] : []),
  ],
  session_ended: ({ by, sub, sid }) => [
    info(
      by === "back-channel"
        ? `Session invalidated successfully for sid: ${sid}`
        : `Session of ${sub} ended (${by}).`,
    ),
  ],
  logout_request: (data) => [
    "error" in data
      ? warn(`Logout request not sent: ${data.error}`)
      : info(`Logout request sent by ${data.method}.`),
  ],
  post_logout: ({ result }) => [info(`Back from the OpenID Provider after logout: ${result}.`)],
  session_confirmed: (data) => [
    info(
      `Session checked with prompt=none: ${data.confirmation}. ${"reason" in data ? data.reason : ""}`.trim(),
    ),
  ],
  tokens_refreshed: (data) => [
    "error" in data ? warn(`Tokens not refreshed: ${data.error}`) : info("Tokens refreshed."),
  ],
  frontchannel_logout: frontchannelLines,
  frontchannel_logout_unverified: frontchannelLines,
  logout_token: logoutTokenLines,
  logout_token_unverified: logoutTokenLines,
  mechanisms_chosen: ({ mechanisms }) => [info(`Logout mechanisms: ${mechanisms.join(", ") || "none"}.`)],
  client_registered: (data) => [registeredLine(data)],
  client_forgotten: ({ clientId, atProvider }) => [
    info(`Registration of client ${clientId} forgotten; at the OpenID Provider: ${atProvider}.`),
  ],
  provider_discovered: ({ issuer }) => [info(`OpenID Provider found: ${issuer}`)],
  provider_examined: ({ findings }) => [info(`OpenID Provider examined: ${summaryOf(findings)}.`)],
  provider_unavailable: ({ error }) => [warn(error)],
};

/** The lines that an event writes. */
export const linesOf = ({ type, data }: NewEvent): Line[] =>
  // `type` and `data` belong together, which the compiler cannot follow through the index.
  (lines[type] as (data: NewEvent["data"]) => Line[])(data);

function frontchannelLines(data: EventData["frontchannel_logout"]): Line[] {
  return [
    info("Frontchannel logout request received."),
    ...("error" in data ? [warn(`Front-channel logout refused: ${data.error}`)] : []),
    ...("warning" in data && data.warning ? [warn(data.warning)] : []),
  ];
}

function registeredLine(data: EventData["client_registered"]): Line {
  if ("error" in data) return warn(`Registration failed: ${data.error}`);
  const fields = Object.entries(data.counts).filter(([, count]) => count > 0);
  return info(
    `Registered as client ${data.clientId}; fields: ${fields.map(([result, count]) => `${count} ${result}`).join(", ")}.`,
  );
}

function logoutTokenLines(data: EventData["logout_token"]): Line[] {
  const received = info("Backchannel logout request received.");
  if ("error" in data) {
    const failed = data.verdicts.find(({ result }) => result === "fail");
    return [
      received,
      warn(`Logout token refused: ${data.error}${failed ? ` (${failed.check}, ${failed.clause})` : ""}`),
    ];
  }
  const { ended, sid, sub } = data;
  if (ended.length > 0) return [received];
  const warning = warningOf(data);
  const none = `No session found for the ${sid ? `sid: ${sid}` : `sub: ${sub}`}`;
  return [received, warn(warning ? `${none}. ${warning}` : none)];
}
