"use client";

/** A fault of this app: says so, without telling more than a reference. */
export default function ErrorPage({ error }: { error: Error & { digest?: string } }) {
  return (
    <section className="card" role="alert">
      <h1>Something broke in this app</h1>
      <p>
        It is not your fault. The log has more{error.digest ? ` under reference ${error.digest}` : ""}. Reload
        the page to try again.
      </p>
    </section>
  );
}
