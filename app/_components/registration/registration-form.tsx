"use client";

import { useEffect, useRef, useState } from "react";
import {
  type ClientMetadata,
  type ClientToRegister,
  clientMetadata,
  type ProviderAbilities,
} from "#lib/oidc/client-metadata.ts";
import { Field, type FieldsProps, Select } from "../fields.tsx";

interface RegistrationFormProps extends FieldsProps {
  action: string;
  endpoint: string;
  app: ClientToRegister;
  provider: ProviderAbilities;
  algorithms: readonly string[];
  methods: readonly string[];
  /** Who may register clients, if known. */
  hint?: string | undefined;
  /** The client that is registered here now. */
  replaced?: string | undefined;
}

const algName = "id_token_encrypted_response_alg";
const encName = "id_token_encrypted_response_enc";

/** Registers this app, with an exact preview of the request. */
export function RegistrationForm(props: RegistrationFormProps) {
  const { action, endpoint, app, provider, algorithms, methods, hint, replaced, values, errors } = props;
  const [encryption, setEncryption] = useState({ alg: values[algName] ?? "", enc: values[encName] ?? "" });
  const form = useRef<HTMLFormElement>(null);
  const readChoices = () => {
    const chosen = new FormData(form.current ?? undefined);
    setEncryption({ alg: String(chosen.get(algName)), enc: String(chosen.get(encName)) });
  };
  // Choices made before this script ran, or restored by the browser, fired no event here.
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
        Many OpenID Providers require an initial access token, or the username and password of an
        administrator; leave all three empty if yours does not. They are sent to the OpenID Provider and never
        stored. {hint}
      </p>
      {replaced && (
        <p className="muted">
          A new registration replaces client <code>{replaced}</code>, which stays at the OpenID Provider
          unless you forget it first.
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
      <span className="label">Preview</span>
      <div className="token max-h-none break-normal wrap-anywhere" data-preview>
        POST {endpoint}
        {`\n\n${JSON.stringify(asked, null, 2)}`}
      </div>
      <noscript>
        <p className="muted">
          If you choose an encryption algorithm, <code>{algName}</code>, <code>{encName}</code> and{" "}
          <code>jwks_uri</code> are sent as well.
        </p>
      </noscript>
      <p className="muted">
        If the OpenID Provider refuses a field, the app tries again without it and reports that.
      </p>
    </div>
  );
}
