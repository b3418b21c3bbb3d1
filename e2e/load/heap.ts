/** What a running Node process holds in memory, without its garbage. */
import type { RpProcess } from "../support/rp-process.ts";

/** Setting of a process that `usedHeap` can look into: its inspector starts at a free port. */
export const inspectable = { NODE_OPTIONS: "--inspect-port=0" };

/** Bytes of its JavaScript heap and buffers after a complete collection. */
export async function usedHeap(rp: RpProcess): Promise<number> {
  process.kill(rp.pid(), "SIGUSR1"); // starts the inspector
  await rp.printed("Debugger listening on ws://");
  const [url = ""] = /ws:\/\/\S+/.exec(rp.output()) ?? [];
  const socket = new WebSocket(url);
  const ask = (id: number, method: string) =>
    new Promise<Record<string, number>>((resolve) => {
      socket.addEventListener("message", ({ data }) => {
        const answer = JSON.parse(String(data)) as { id?: number; result: Record<string, number> };
        if (answer.id === id) resolve(answer.result);
      });
      socket.send(JSON.stringify({ id, method }));
    });
  await new Promise((resolve) => socket.addEventListener("open", resolve, { once: true }));
  // Twice: the first one runs finalizers.
  await ask(1, "HeapProfiler.collectGarbage");
  await ask(2, "HeapProfiler.collectGarbage");
  const { usedSize = Number.NaN, backingStorageSize = 0 } = await ask(3, "Runtime.getHeapUsage");
  socket.close();
  return usedSize + backingStorageSize;
}
