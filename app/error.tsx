"use client";

import { usePathname } from "next/navigation";
import { useEffect } from "react";

/** An error in this app: shows a reference to the log, and no details. */
export default function ErrorPage({ error }: { error: Error & { digest?: string } }) {
  return error.digest === "store_unavailable" ? <StoreUnavailable /> : <Broken digest={error.digest} />;
}

function Broken({ digest }: { digest: string | undefined }) {
  return (
    <section className="card" role="alert">
      <h1>Something broke in this app</h1>
      <p>
        It is not your fault. The log has more{digest ? ` under reference ${digest}` : ""}. Reload the page to
        try again.
      </p>
    </section>
  );
}

const retryMs = 2000;

/** No session is lost: the page reloads as soon as the store is back. */
function StoreUnavailable() {
  const [, instance] = usePathname().split("/");

  useEffect(() => {
    const look = async () => {
      const health = await fetch(`/${instance}/health`).catch(() => undefined);
      if (health?.ok) location.reload();
    };
    const timer = setInterval(() => void look(), retryMs);
    return () => clearInterval(timer);
  }, [instance]);

  return (
    <section className="card" role="alert">
      <h1>The session store does not answer</h1>
      <p>
        This app cannot tell who is logged in, but no session has ended. This page reloads as soon as the
        store is back.
      </p>
    </section>
  );
}
