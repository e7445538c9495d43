import type { VR } from '../../generated/dictionary.ts';

/** How the text of a data set is written: the value of Specific Character Set (0008,0005). */
export interface CharacterSet {
  readonly terms: readonly string[];
  decode(bytes: Uint8Array, vr: VR): string;
  encode(text: string, vr?: VR): Uint8Array | undefined;
}

export function characterSetOf(_terms: readonly string[]): CharacterSet {
  throw new Error('characterSetOf');
}
