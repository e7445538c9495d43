/** One line of what the benchmark prints. */
export interface Row {
  readonly what: string;
  readonly value: string;
  readonly limit: string;
  /** Server over limit; more is better. */
  readonly ratio?: number;
  readonly note?: string;
}
