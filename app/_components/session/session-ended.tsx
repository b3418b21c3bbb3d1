import { endings } from "#lib/rp/endings.ts";
import { loginLeft } from "#lib/rp/logout/end-session.ts";
import type { PastSession, RpSession } from "#lib/rp/model.ts";
import { clock } from "../clock.ts";

/** Says by what this browser's session ended, and offers to end the one that may live on at the OP. */
export function SessionEnded({ session, base }: { session: RpSession | undefined; base: string }) {
  if (!session?.ended || session.login) return null;
  const { by, at, detail } = session.ended;
  const sentences = [headline(session.ended), endings[by].meaning, detail];
  return (
    <div className="note note-ok" role="status" data-logged-out-by={by}>
      <span>
        {sentences.filter(Boolean).join(" ")} <time className="muted whitespace-nowrap">{clock(at)}</time>
      </span>
      {loginLeft(session) && (
        <form method="post" action={`${base}/logout`}>
          <button type="submit" className="btn">
            Log out at the OpenID Provider
          </button>
        </form>
      )}
    </div>
  );
}

function headline({ by, livedMs, noticedAfterMs }: PastSession): string {
  const delay =
    noticedAfterMs === undefined ? "" : `, ${duration(noticedAfterMs)} after the OP ended its own`;
  return `Session ended by ${endings[by].by}${delay} (it had lasted ${duration(livedMs)}).`;
}

const seconds = { minimumFractionDigits: 1, maximumFractionDigits: 1 };

const duration = (ms: number): string =>
  ms < 1000 ? `${ms} ms` : `${(ms / 1000).toLocaleString("en", seconds)} s`;
