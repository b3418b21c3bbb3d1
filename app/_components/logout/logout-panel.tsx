"use client";

import { useState } from "react";
import {
  buildLogoutRequest,
  type LogoutMethod,
  type LogoutParameters,
  logoutParameters,
  longestParameter,
  longestUrl,
} from "#lib/oidc/logout-request.ts";
import type { IdTokenHints } from "#lib/rp/logout/id-token-hint.ts";
import { Scrolling } from "../scrolling.tsx";
import { HintField } from "./hint-field.tsx";

interface LogoutPanelProps {
  action: string;
  endpoint: string;
  hints: IdTokenHints["values"];
  /** What the Logout button would send. */
  initial: LogoutParameters;
}

/** The logout request, parameter by parameter, with an exact preview. */
export function LogoutPanel({ action, endpoint, hints, initial }: LogoutPanelProps) {
  const [method, setMethod] = useState<LogoutMethod>("GET");
  const [parameters, setParameters] = useState(initial);
  const set = (name: (typeof logoutParameters)[number]) => (value: string) =>
    setParameters({ ...parameters, [name]: value });
  const short = logoutParameters.filter((name) => name !== "id_token_hint");
  return (
    <details className="card">
      <summary>The logout request, by hand</summary>
      <form method="post" action={action} className="flex flex-col gap-4">
        <input type="hidden" name="chosen" value="yes" />
        <fieldset className="field">
          <legend>Method</legend>
          <div>
            {(["GET", "POST"] as const).map((name) => (
              <label key={name} className="choice">
                <input
                  type="radio"
                  name="method"
                  value={name}
                  checked={method === name}
                  onChange={() => setMethod(name)}
                />
                {name}
              </label>
            ))}
          </div>
        </fieldset>
        <HintField hints={hints} value={parameters.id_token_hint ?? ""} onChange={set("id_token_hint")} />
        <div className="fields">
          {short.map((name) => (
            <div key={name} className="field">
              <label htmlFor={`logout-${name}`}>
                <code>{name}</code>
              </label>
              <input
                id={`logout-${name}`}
                name={name}
                value={parameters[name] ?? ""}
                maxLength={longestParameter}
                onChange={({ target }) => set(name)(target.value)}
                autoComplete="off"
                spellCheck={false}
              />
            </div>
          ))}
        </div>
        <Preview endpoint={endpoint} method={method} parameters={parameters} />
        <button type="submit" className="btn btn-primary self-start">
          Send logout request
        </button>
      </form>
    </details>
  );
}

function Preview({
  endpoint,
  method,
  parameters,
}: {
  endpoint: string;
  method: LogoutMethod;
  parameters: LogoutParameters;
}) {
  const request = buildLogoutRequest(endpoint, parameters, method);
  const body = request.fields.map((field) => new URLSearchParams([field])).join("\n&");
  const forced = request.method !== method;
  return (
    <div className="field">
      <span className="label">Preview</span>
      <Scrolling label="Preview" data-preview>
        {request.method} {request.url}
        {body && `\n\n${body}`}
      </Scrolling>
      <p className="muted" role="status">
        {request.length.toLocaleString("en")} characters as a URL; browsers and servers all accept up to{" "}
        {longestUrl.toLocaleString("en")}.{forced && " This is longer, so it goes by POST."}
      </p>
    </div>
  );
}
