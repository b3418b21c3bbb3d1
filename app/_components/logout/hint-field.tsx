"use client";

import type { IdTokenHints } from "#lib/rp/logout/id-token-hint.ts";

const forms = {
  signed: "the ID Token",
  encrypted: "the ID Token, encrypted to the OpenID Provider",
  claims: "its claims, encrypted to the OpenID Provider (WSO2 IS)",
} as const;

interface HintFieldProps {
  hints: IdTokenHints["values"];
  value: string;
  onChange: (value: string) => void;
}

/** The `id_token_hint`: one form of this login's ID Token, none, or any pasted value. */
export function HintField({ hints, value, onChange }: HintFieldProps) {
  const known = (Object.keys(forms) as (keyof typeof forms)[]).filter((form) => hints[form]);
  const form = value === "" ? "none" : (known.find((each) => hints[each] === value) ?? "other");
  return (
    <div className="field">
      <label htmlFor="logout-id_token_hint">
        <code>id_token_hint</code>
      </label>
      <select
        aria-label="What to send as id_token_hint"
        value={form}
        onChange={({ target }) => onChange(hints[target.value as keyof typeof forms] ?? "")}
      >
        {known.map((each) => (
          <option key={each} value={each}>
            Send {forms[each]}
          </option>
        ))}
        <option value="none">Send none</option>
        {form === "other" && <option value="other">Send the value below</option>}
      </select>
      <textarea
        id="logout-id_token_hint"
        name="id_token_hint"
        className="mono"
        rows={3}
        value={value}
        onChange={({ target }) => onChange(target.value.trim())}
        autoComplete="off"
        spellCheck={false}
      />
    </div>
  );
}
