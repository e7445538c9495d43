/** Values up to this length are put together here: to ask the platform takes longer. */
const shortText = 16;

/** Octets as the characters of ISO 8859-1. */
export function latin1(bytes: Uint8Array): string {
  if (bytes.length <= shortText) {
    let text = '';
    for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i]!);
    return text;
  }
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}
