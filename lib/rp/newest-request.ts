/** Tells all open event streams of this process the number of the newest logout request: read once for all of them. */
import { logoutRequestRecord } from "./events.ts";
import { latestLogoutRequests } from "./logout/latest-requests.ts";
import type { RelyingParty } from "./relying-party.ts";
import type { Store } from "./store.ts";

/** Anyone may send many logout requests at once, so pages are notified of them together. */
const gatherMs = 250;

interface Listener {
  hear: (seq: number) => void;
  /** The store could not be read. */
  fail: () => void;
}

interface Watch {
  listeners: Set<Listener>;
  /** Ends the watch. */
  stop: () => void;
}

const watches = new WeakMap<Store, Watch>();

/** Zero before the first. */
export const newestRequest = async (rp: RelyingParty): Promise<number> =>
  (await latestLogoutRequests(rp))[0]?.seq ?? 0;

/** Listens for newer ones until the returned function is called. */
export function onNewestRequest(rp: RelyingParty, listener: Listener): () => void {
  const watch = watches.get(rp.store) ?? startWatch(rp);
  watch.listeners.add(listener);
  return () => {
    watch.listeners.delete(listener);
    if (watch.listeners.size > 0) return;
    watch.stop();
    if (watches.get(rp.store) === watch) watches.delete(rp.store);
  };
}

function startWatch(rp: RelyingParty): Watch {
  const listeners = new Set<Listener>();
  const read = async () => {
    try {
      const seq = await newestRequest(rp);
      for (const { hear } of [...listeners]) hear(seq);
    } catch {
      for (const { fail } of [...listeners]) fail();
    }
  };
  let due: NodeJS.Timeout | undefined;
  const later = () => {
    due ??= setTimeout(() => {
      due = undefined;
      void read();
    }, gatherMs);
  };
  const unsubscribe = rp.store.onSessionChange(logoutRequestRecord, later);
  const stop = () => {
    unsubscribe();
    clearTimeout(due);
  };
  const watch = { listeners, stop };
  watches.set(rp.store, watch);
  return watch;
}
