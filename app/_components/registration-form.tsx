"use client";

import { useEffect, useRef, useState } from "react";
import {
  type ClientMetadata,
  type ClientToRegister,
  clientMetadata,
  type ProviderAbilities,
} from "#lib/oidc/client-metadata.ts";
import { Field, type FieldsProps, Select } from "./fields.tsx";

interface RegistrationFormProps extends FieldsProps {
  action: string;
  endpoint: string;
  app: ClientToRegister;
  provider: ProviderAbilities;
  algorithms: readonly string[];
  methods: readonly string[];
  /** Who may register clients, where that is known. */
  hint?: string | undefined;
  /** The client that was registered here before. */
  replaced?: string | undefined;
}

const algName = "id_token_encrypted_response_alg";
const encName = "id_token_encrypted_response_enc";

/** Registers this app, with a preview of exactly what is sent. */
export function RegistrationForm(props: RegistrationFormProps) {
  const { action, endpoint, app, provider, algorithms, methods, hint, replaced, values, errors } = props;
  const [encryption, setEncryption] = useState({ alg: values[algName] ?? "", enc: values[encName] ?? "" });
  const form = useRef<HTMLFormElement>(null);
  const readChoices = () => {
    const chosen = new FormData(form.current ?? undefined);
    setEncryption({ alg: String(chosen.get(algName)), enc: String(chosen.get(encName)) });
  };
  // What was chosen before this script ran, or restored by the browser, has told nobody.
  useEffect(readChoices, []);
  const choices = { values, errors };
  const asked = clientMetadata({ ...app, encryption: encryption.alg ? encryption : undefined }, provider);
  return (
    <form ref={form} method="post" action={action} className="card" onChange={readChoices} noValidate>
      <h2>Register this app</h2>
      {errors[""] && (
        <p className="note note-bad" role="alert">
          {errors[""]}
        </p>
      )}
      <p className="muted">
        Many OpenID Providers let nobody register without an initial access token, or the username and
        password of an administrator; leave all three empty where yours does. They are sent to it and kept
        nowhere. {hint}
      </p>
      {replaced && (
        <p className="muted">
          A new registration takes the place of client <code>{replaced}</code>, which stays at the OpenID
          Provider unless you forget it first.
        </p>
      )}
      <div className="fields">
        <div className="sm:col-span-2">
          <Field {...choices} name="initial_access_token" label="Initial access token" type="password" />
        </div>
        <Field {...choices} name="username" label="Username" />
        <Field {...choices} name="password" label="Password" type="password" />
        <Select
          {...choices}
          name={algName}
          label="ID Token encryption algorithm"
          options={{ "": "None", ...named(algorithms) }}
        />
        <Select {...choices} name={encName} label="ID Token encryption method" options={named(methods)} />
      </div>
      <Preview endpoint={endpoint} asked={asked} />
      <button type="submit" className="btn btn-primary self-start">
        Register this app
      </button>
    </form>
  );
}

const named = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, name]));

function Preview({ endpoint, asked }: { endpoint: string; asked: ClientMetadata }) {
  return (
    <div className="field">
      <span className="label">What is sent</span>
      <div className="token max-h-none break-normal wrap-anywhere" data-preview>
        POST {endpoint}
        {`\n\n${JSON.stringify(asked, null, 2)}`}
      </div>
      <noscript>
        <p className="muted">
          With an encryption algorithm also <code>{algName}</code>, <code>{encName}</code> and{" "}
          <code>jwks_uri</code>.
        </p>
      </noscript>
      <p className="muted">
        Where the OpenID Provider refuses a field, the app asks again without it, and the answer says so.
      </p>
    </div>
  );
}
