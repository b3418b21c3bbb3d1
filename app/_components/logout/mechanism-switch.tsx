import { type Mechanism, mechanismNames, mechanisms } from "#lib/oidc/mechanisms.ts";

/** Chooses at run time which logout mechanisms this app accepts. */
export function MechanismSwitch({ action, active }: { action: string; active: readonly Mechanism[] }) {
  return (
    <form method="post" action={action} className="card" aria-labelledby="mechanisms">
      <h2 id="mechanisms">Logout mechanisms of this app</h2>
      <ul className="flex flex-col gap-3">
        {mechanismNames.map((name) => (
          <li key={name}>
            <label className="choice">
              <input type="checkbox" name="mechanism" value={name} defaultChecked={active.includes(name)} />
              {mechanisms[name].title}
              {!active.includes(name) && <span className="badge badge-warn">off: answers 404</span>}
            </label>
            <p className="muted">{mechanisms[name].how}</p>
          </li>
        ))}
      </ul>
      <button type="submit" className="btn self-start">
        Apply
      </button>
    </form>
  );
}
