import { transferSyntaxOf } from '../dicom/transfer-syntax.ts';

/**
 * Whether an instance stored in one transfer syntax can be sent in another.
 *
 * Native transfer syntaxes differ in how elements are written, not in what pixel data is, and go over into each other.
 */
export function canTranscode(from: string, to: string): boolean {
  return from === to || (isNative(from) && isNative(to));
}

function isNative(uid: string): boolean {
  return transferSyntaxOf(uid)?.family === 'native';
}
