/** What the OpenID Provider declares, and what the playground can demonstrate with it. */
import { sortedWords } from "#lib/oidc/client-metadata.ts";
import { type Mechanism, mechanismNames } from "#lib/oidc/mechanisms.ts";
import { type CheckName, type Finding, finding, quoted } from "../finding.ts";
import type { Case } from "../patient.ts";

export function examineCapabilities({ metadata }: Pick<Case, "metadata">): Finding[] {
  return [
    declared("end-session", metadata.end_session_endpoint, {
      missing: "No end_session_endpoint is declared: Logout ends only the app's own session.",
      todo: "Enable RP-initiated logout at the OpenID Provider, or enter its Logout Endpoint in the form.",
    }),
    ...mechanismNames.map((mechanism) => examineMechanism[mechanism](metadata)),
    silentRequests(metadata),
    responseTypes(metadata),
    pkce(metadata),
    issuerInResponses(metadata),
  ];
}

const examineMechanism: Record<Mechanism, (metadata: Case["metadata"]) => Finding> = {
  "back-channel": (metadata) => notification("backchannel-support", "backchannel", metadata),
  "front-channel": (metadata) => notification("frontchannel-support", "frontchannel", metadata),
  "session-management": (metadata) =>
    declared("session-management", metadata.check_session_iframe, {
      missing: "No check_session_iframe is declared: session management does not work.",
      todo: "Use back-channel logout, which needs no iframe, or enable session management at the OpenID Provider.",
    }),
};

function declared(
  check: CheckName,
  endpoint: unknown,
  { missing, todo }: { missing: string; todo: string },
): Finding {
  if (typeof endpoint === "string") return finding(check, "ok", quoted(endpoint));
  return finding(check, "warning", missing, todo);
}

/** BCL 2.1 and FCL 3 have the same two members. */
function notification(
  check: CheckName,
  name: "backchannel" | "frontchannel",
  metadata: Case["metadata"],
): Finding {
  if (metadata[`${name}_logout_supported`] !== true)
    return finding(
      check,
      "warning",
      `${name}_logout_supported is not declared.`,
      "Enable it at the OpenID Provider. Some support it without declaring it: try it.",
    );
  if (metadata[`${name}_logout_session_supported`] === true)
    return finding(check, "ok", "Declared, with sid.");
  return finding(
    check,
    "warning",
    name === "backchannel"
      ? "Declared, but without sid: a logout token ends all sessions of the user."
      : "Declared, but without iss and sid: /fclogout cannot find the session, so it ends none.",
    name === "backchannel"
      ? "Enable backchannel_logout_session_supported."
      : "Enable frontchannel_logout_session_supported. An OpenID Provider that cannot send them needs FRONTCHANNEL_LOGOUT_SESSION_REQUIRED=false in the app: any site can then log its visitors out.",
  );
}

function silentRequests({ prompt_values_supported: prompts }: Case["metadata"]): Finding {
  const values = prompts as string[] | undefined;
  if (!values)
    return finding(
      "silent",
      "ok",
      "prompt_values_supported is not declared, but every OpenID Provider must support none.",
    );
  if (values.includes("none")) return finding("silent", "ok", "Declared.");
  return finding(
    "silent",
    "warning",
    `Only ${quoted(values.join(", "))} is declared.`,
    "Session management notices that the session changed, but not who is signed in. Use back-channel logout.",
  );
}

const shown = {
  code: "Authorization Code",
  id_token: "Implicit",
  "id_token token": "Implicit",
  "code id_token": "Hybrid",
};

function responseTypes({ response_types_supported: types }: Case["metadata"]): Finding {
  const supported = new Set((types ?? []).map(sortedWords));
  const missing = Object.entries(shown).filter(([type]) => !supported.has(sortedWords(type)));
  if (missing.length === 0) return finding("response-types", "ok", "All types that the form offers.");
  const names = missing.map(([type, grant]) => `${type} (${grant})`).join(", ");
  if (!supported.has("code"))
    return finding(
      "response-types",
      "warning",
      `Not declared: ${names}.`,
      "Choose another Authorization Grant Type in the form.",
    );
  return finding("response-types", "ok", `Authorization Code; not declared: ${names}.`);
}

function pkce({ code_challenge_methods_supported: values }: Case["metadata"]): Finding {
  if (values?.includes("S256")) return finding("pkce", "ok", "Declared.");
  return finding(
    "pkce",
    "warning",
    values
      ? `Only ${quoted(values.join(", "))} is declared.`
      : "code_challenge_methods_supported is not declared.",
    "The app sends a challenge anyway, but an OpenID Provider that ignores it gives no protection. If it rejects the request, choose No for Use PKCE.",
  );
}

function issuerInResponses(metadata: Case["metadata"]): Finding {
  if (metadata.authorization_response_iss_parameter_supported === true)
    return finding("iss", "ok", "Declared.");
  return finding(
    "iss",
    "warning",
    "authorization_response_iss_parameter_supported is not declared.",
    "Harmless with one OpenID Provider; enable it if you use several.",
  );
}
