/** A member of a list that the user agent has put in an order of preference. */
export interface Weighted<T> {
  readonly value: T;
  /** 0 to 1; 0 is "not acceptable". */
  readonly weight: number;
}
