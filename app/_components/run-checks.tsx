"use client";

import { useState } from "react";

/** The button that has the checks run. */
export function RunChecks({ action }: { action: string }) {
  const [running, setRunning] = useState(false);
  return (
    <form
      method="post"
      action={action}
      className="row"
      onSubmit={(event) => {
        if (running) event.preventDefault();
        setRunning(true);
      }}
    >
      <button type="submit" className="btn btn-primary" aria-disabled={running}>
        Run the checks
      </button>
      <span className="muted" role="status">
        {running
          ? "Asking …"
          : "This app sends the OpenID Provider up to 20 requests; no one is signed in or out by them."}
      </span>
    </form>
  );
}
