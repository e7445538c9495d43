declare module 'dicom-character-set' {
  /** Decodes a value field; an oracle for tests. */
  export function convertBytes(specificCharacterSet: string, bytes: Uint8Array, options: { vr: string }): string;
}
