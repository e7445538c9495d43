/** Values by key within a bound on their sum of sizes; the one used longest ago goes first. */
export class LeastRecentlyUsed<Value> {
  readonly #values = new Map<string, Value>();
  readonly #bound: number;
  readonly #sizeOf: (value: Value) => number;
  readonly #gone: ((key: string, value: Value) => void) | undefined;
  #sum = 0;

  /**
   * @param bound most that the sizes may add up to; a value that is greater by itself is not kept
   * @param gone told of every value that had to go
   */
  constructor(bound: number, sizeOf: (value: Value) => number, gone?: (key: string, value: Value) => void) {
    this.#bound = bound;
    this.#sizeOf = sizeOf;
    this.#gone = gone;
  }

  /** Sum of the sizes. */
  get sum(): number {
    return this.#sum;
  }

  has(key: string): boolean {
    return this.#values.has(key);
  }

  get(key: string): Value | undefined {
    const value = this.#values.get(key);
    if (value === undefined) return undefined;
    this.#values.delete(key);
    this.#values.set(key, value);
    return value;
  }

  set(key: string, value: Value): void {
    this.delete(key);
    this.#values.set(key, value);
    this.#sum += this.#sizeOf(value);
    this.#makeRoom();
  }

  delete(key: string): void {
    const value = this.#values.get(key);
    if (value === undefined) return;
    this.#values.delete(key);
    this.#sum -= this.#sizeOf(value);
  }

  /** Puts values behind all that are here, the oldest first; keys that are here already stay as they are. */
  setOldest(entries: readonly (readonly [string, Value])[]): void {
    const newer = [...this.#values];
    this.#values.clear();
    this.#sum = 0;
    const known = new Set(newer.map(([key]) => key));
    for (const [key, value] of entries) if (!known.has(key)) this.#add(key, value);
    for (const [key, value] of newer) this.#add(key, value);
    this.#makeRoom();
  }

  #add(key: string, value: Value): void {
    this.#values.set(key, value);
    this.#sum += this.#sizeOf(value);
  }

  #makeRoom(): void {
    while (this.#sum > this.#bound) {
      const [oldest, value] = this.#values.entries().next().value!;
      this.delete(oldest);
      this.#gone?.(oldest, value);
    }
  }
}
