"use client";

import { FieldError } from "../fields.tsx";

/** The Scope field. As the user types, it marks the form with whether `openid` is included: some fields need it. */
export function ScopeField({ value, error }: { value: string; error: string | undefined }) {
  return (
    <div className="field">
      <label htmlFor="scope">Scope</label>
      <input
        id="scope"
        name="scope"
        type="text"
        defaultValue={value}
        aria-invalid={error ? true : undefined}
        aria-describedby={error ? "scope-error" : undefined}
        autoComplete="off"
        spellCheck={false}
        onInput={({ currentTarget }) => {
          const hasOpenid = currentTarget.value.trim().split(/\s+/).includes("openid");
          currentTarget.form?.setAttribute("data-openid", hasOpenid ? "yes" : "no");
        }}
      />
      <FieldError name="scope" message={error} />
    </div>
  );
}
