"use client";

import { useState } from "react";

/** The button that runs the checks. */
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
          ? "Running …"
          : "This app sends the OpenID Provider up to 20 requests; they sign no one in or out."}
      </span>
    </form>
  );
}
