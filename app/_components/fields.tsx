import type { ReactNode } from "react";

/** Values and errors of a form, by field name. */
export interface FieldsProps {
  values: Record<string, string>;
  errors: Record<string, string>;
}

interface BaseProps extends FieldsProps {
  name: string;
  label: string;
  /** The grants that have this field, space-separated; default: all. */
  show?: string;
  /** An additional condition for showing it. */
  needs?: "openid" | "pkce";
}

/** A text field with its label, hint, suggestions and error. */
export function Field(
  props: BaseProps & { type?: "text" | "url" | "password"; hint?: ReactNode; list?: readonly string[] },
) {
  const { name, label, values, errors, show, needs, type = "text", hint, list } = props;
  const described = [errors[name] && `${name}-error`, hint && `${name}-hint`].filter(Boolean).join(" ");
  return (
    <div className="field" data-for={show} data-needs={needs}>
      <label htmlFor={name}>{label}</label>
      <input
        id={name}
        name={name}
        type={type}
        defaultValue={values[name] ?? ""}
        list={list?.length ? `${name}-list` : undefined}
        aria-invalid={errors[name] ? true : undefined}
        aria-describedby={described || undefined}
        autoComplete="off"
        spellCheck={false}
      />
      {list && list.length > 0 && (
        <datalist id={`${name}-list`}>
          {list.map((value) => (
            <option key={value} value={value} />
          ))}
        </datalist>
      )}
      {hint && (
        <p className="muted" id={`${name}-hint`}>
          {hint}
        </p>
      )}
      <FieldError name={name} message={errors[name]} />
    </div>
  );
}

/** A select, as in the tutorial. */
export function Select({
  name,
  label,
  values,
  errors,
  show,
  needs,
  options,
}: BaseProps & { options: Record<string, string> }) {
  return (
    <div className="field" data-for={show} data-needs={needs}>
      <label htmlFor={name}>{label}</label>
      <select
        id={name}
        name={name}
        defaultValue={values[name]}
        aria-invalid={errors[name] ? true : undefined}
      >
        {Object.entries(options).map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
      <FieldError name={name} message={errors[name]} />
    </div>
  );
}

/** Radio buttons, as in the tutorial. */
export function Choice({
  name,
  label,
  values,
  show,
  needs,
  options,
}: BaseProps & { options: Record<string, string> }): ReactNode {
  return (
    <fieldset className="field" data-for={show} data-needs={needs}>
      <legend>{label}</legend>
      <div>
        {Object.entries(options).map(([value, text]) => (
          <label key={value} className="choice">
            <input type="radio" name={name} value={value} defaultChecked={values[name] === value} />
            {text}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export function FieldError({ name, message }: { name: string; message: string | undefined }) {
  if (!message) return null;
  return (
    <p className="field-error" id={`${name}-error`} role="alert">
      {message}
    </p>
  );
}
