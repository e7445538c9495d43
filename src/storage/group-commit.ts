interface Waiting<T, R> {
  readonly item: T;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/** Most items that one run takes, so that the first of them does not wait for ever for the last. */
const groupLimit = 256;

/**
 * Lets items that arrive while a run is under way share the next run, so that many small commits cost one.
 *
 * An item alone runs at once. When a group fails, each of its items runs again by itself: an item that cannot be
 * committed does not take its neighbours with it.
 *
 * @param run results in the order of the items; it throws without having committed any
 */
export function groupCommit<T, R>(run: (items: readonly T[]) => Promise<readonly R[]>): (item: T) => Promise<R> {
  const waiting: Waiting<T, R>[] = [];
  let running = false;

  async function runGroup(group: readonly Waiting<T, R>[]): Promise<void> {
    try {
      const results = await run(group.map(({ item }) => item));
      for (const [at, { resolve }] of group.entries()) resolve(results[at]!);
    } catch (error) {
      if (group.length === 1) group[0]!.reject(error);
      else for (const one of group) await runGroup([one]);
    }
  }

  async function runAll(): Promise<void> {
    running = true;
    while (waiting.length > 0) await runGroup(waiting.splice(0, groupLimit));
    running = false;
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!running) void runAll();
    });
}
