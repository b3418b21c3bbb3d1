import type { RpSession } from "#lib/store/types.ts";

/** The row of the tutorial. It reads `null` when nobody is logged in: that is the tutorial's criterion of success. */
export function LoggedInUser({ session }: { session: RpSession | undefined }) {
  return (
    <p className="who">
      Logged in user : <b id="logged-in-user">{session?.login?.sub ?? "null"}</b>
    </p>
  );
}
