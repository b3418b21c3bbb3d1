"use client";

import { useState } from "react";
import {
  buildLogoutRequest,
  type LogoutMethod,
  type LogoutParameters,
  logoutParameters,
  longestUrl,
} from "#lib/oidc/logout-request.ts";

interface LogoutPanelProps {
  action: string;
  endpoint: string;
  idToken: string;
  /** What the Logout button would send. */
  initial: LogoutParameters;
}

/** The logout request, parameter by parameter, with a preview of exactly what is sent. */
export function LogoutPanel({ action, endpoint, idToken, initial }: LogoutPanelProps) {
  const [method, setMethod] = useState<LogoutMethod>("GET");
  const [hint, setHint] = useState(true);
  const [parameters, setParameters] = useState(initial);
  const editable = logoutParameters.filter((name) => name !== "id_token_hint");
  return (
    <details className="card">
      <summary>The logout request, by hand</summary>
      <form method="post" action={action} className="flex flex-col gap-4 pt-4">
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
        <label className="choice">
          <input
            type="checkbox"
            name="send_hint"
            value="yes"
            checked={hint}
            onChange={() => setHint(!hint)}
          />
          <code>id_token_hint</code>: send the ID Token
        </label>
        <div className="fields">
          {editable.map((name) => (
            <div key={name} className="field">
              <label htmlFor={`logout-${name}`}>
                <code>{name}</code>
              </label>
              <input
                id={`logout-${name}`}
                name={name}
                value={parameters[name] ?? ""}
                onChange={({ target }) => setParameters({ ...parameters, [name]: target.value })}
                autoComplete="off"
                spellCheck={false}
              />
            </div>
          ))}
        </div>
        <Preview
          endpoint={endpoint}
          method={method}
          parameters={hint ? { ...parameters, id_token_hint: idToken } : parameters}
        />
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
  const body = request.fields.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("\n&");
  const forced = request.method !== method;
  return (
    <div className="field">
      <span className="label">Preview</span>
      <div className="token" data-preview>
        {request.method} {request.url}
        {body && `\n\n${body}`}
      </div>
      <p className="muted" role="status">
        {request.length.toLocaleString("en")} characters as a URL; {longestUrl.toLocaleString("en")} is what
        browsers and servers agree on.{forced && " This is longer, so it goes by POST."}
      </p>
    </div>
  );
}
