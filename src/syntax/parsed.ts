/** A value read from text, or where the text stops being one. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      /** Column at which the text could not be read on, from 0. */
      readonly at: number;
      /** One sentence for a person: where, what was expected, what was found. */
      readonly message: string;
    };
