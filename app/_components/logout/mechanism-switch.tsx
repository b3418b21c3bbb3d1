import { type Mechanism, mechanisms } from "#lib/rp/model.ts";

const texts: Record<Mechanism, { label: string; hint: string }> = {
  "back-channel": {
    label: "Back-channel logout",
    hint: "The OpenID Provider calls this app directly, at /bclogout.",
  },
  "front-channel": {
    label: "Front-channel logout",
    hint: "The OpenID Provider's page loads /fclogout in a hidden frame.",
  },
  "session-management": {
    label: "Session management",
    hint: "A hidden frame in this app's page asks a frame of the OpenID Provider whether its session has changed.",
  },
};

/** Chooses at run time which logout mechanisms this app accepts. */
export function MechanismSwitch({ action, active }: { action: string; active: readonly Mechanism[] }) {
  return (
    <form method="post" action={action} className="card" aria-labelledby="mechanisms">
      <h2 id="mechanisms">Logout mechanisms of this app</h2>
      <ul className="flex flex-col gap-3">
        {mechanisms.map((name) => (
          <li key={name}>
            <label className="choice">
              <input type="checkbox" name="mechanism" value={name} defaultChecked={active.includes(name)} />
              {texts[name].label}
              {!active.includes(name) && <span className="badge badge-warn">off: answers 404</span>}
            </label>
            <p className="muted">{texts[name].hint}</p>
          </li>
        ))}
      </ul>
      <button type="submit" className="btn self-start">
        Use these
      </button>
    </form>
  );
}
