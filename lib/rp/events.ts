/** Every protocol step is recorded once, here; the terminal's log lines are a reading of that record. */

import { type Finding, summaryOf } from "#lib/doctor/finding.ts";
import type { Log } from "#lib/log.ts";
import type { Verdict } from "#lib/oidc/verdict.ts";
import type { NewEvent, ProtocolEvent } from "./model.ts";
import type { Store } from "./store.ts";

/** Records a step. Never throws: the protocol does not fail because its record does. */
export type EventLog = (event: NewEvent) => Promise<void>;

export function createEventLog(store: Store, log: Log, now: () => number): EventLog {
  return async (event) => {
    const at = now();
    for (const line of linesOf(event)) log[line.level]({ data: event.data }, line.text);
    await store
      .appendEvent({ ...event, at })
      .catch((error: unknown) => log.error({ error: String(error) }, "An event was not kept."));
  };
}

interface Line {
  level: "info" | "warn";
  text: string;
}

const info = (text: string): Line => ({ level: "info", text });
const warn = (text: string): Line => ({ level: "warn", text });

/** The lines that a reader follows in the terminal; those of the back channel are the tutorial's. */
function linesOf({ type, data }: NewEvent | ProtocolEvent): Line[] {
  const at = (name: string) => String(data[name] ?? "");
  switch (type) {
    case "authorization_request":
      return [
        info(
          `Authorization request sent (${at("responseType") || at("grantType")}) for client ${at("clientId")}.`,
        ),
      ];
    case "authorization_response":
      return [info("Authorization response received.")];
    case "sign_in_refused":
      return [warn(`Sign-in refused: ${at("error")}`)];
    case "token_request":
      return [data.error ? warn(`Token request failed: ${at("error")}`) : info("Tokens received.")];
    case "session_begun":
      return [
        info(`Logged in user: ${at("sub")}`),
        info(`Storing session: ${at("session")} against the sid: ${at("sid")}`),
      ];
    case "session_ended":
      return [info(endedLine(data))];
    case "logout_request":
      return [
        data.error
          ? warn(`Logout request not sent: ${at("error")}`)
          : info(`Logout request sent by ${at("method")}.`),
      ];
    case "post_logout":
      return [info(`Back from the OpenID Provider after logout: ${at("result")}.`)];
    case "session_confirmed":
      return [info(`Session asked for with prompt=none: ${at("confirmation")}. ${at("reason")}`.trim())];
    case "tokens_refreshed":
      return [data.error ? warn(`Tokens not refreshed: ${at("error")}`) : info("Tokens refreshed.")];
    case "frontchannel_logout":
      return [
        info("Frontchannel logout request received."),
        ...(data.error ? [warn(`Front-channel logout refused: ${at("error")}`)] : []),
      ];
    case "mechanisms_chosen":
      return [info(`Logout mechanisms: ${[data.mechanisms].flat().join(", ") || "none"}.`)];
    case "client_registered":
      return [registeredLine(data)];
    case "client_forgotten":
      return [
        info(
          `Registration of client ${at("clientId")} forgotten; at the OpenID Provider: ${at("atProvider")}.`,
        ),
      ];
    case "logout_token":
    case "logout_token_unverified":
      return logoutTokenLines(data);
    case "provider_discovered":
      return [info(`OpenID Provider found: ${at("issuer")}`)];
    case "provider_examined":
      return [info(`OpenID Provider examined: ${summaryOf(data.findings as Finding[])}.`)];
    case "provider_unavailable":
      return [warn(at("error"))];
  }
}

function endedLine(data: Record<string, unknown>): string {
  return data.by === "back-channel"
    ? `Session invalidated successfully for sid: ${data.sid}`
    : `Session of ${data.sub} ended (${data.by}).`;
}

function registeredLine({ error, clientId, counts }: Record<string, unknown>): Line {
  if (error) return warn(`Registration failed: ${error}`);
  const fields = Object.entries(counts as Record<string, number>).filter(([, count]) => count > 0);
  return info(
    `Registered as client ${clientId}; fields: ${fields.map(([result, count]) => `${count} ${result}`).join(", ")}.`,
  );
}

function logoutTokenLines(data: Record<string, unknown>): Line[] {
  const received = info("Backchannel logout request received.");
  if (data.error) {
    const failed = (data.verdicts as Verdict[]).find(({ result }) => result === "failed");
    return [
      received,
      warn(`Logout token refused: ${data.error}${failed ? ` (${failed.check}, ${failed.clause})` : ""}`),
    ];
  }
  return data.sessions === 0
    ? [received, warn(`No session found for the ${data.sid ? `sid: ${data.sid}` : `sub: ${data.sub}`}`)]
    : [received];
}
