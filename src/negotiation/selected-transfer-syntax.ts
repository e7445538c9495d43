import { TransferSyntaxUID } from '../dicom/transfer-syntax.ts';

/** A transfer syntax in which a representation can be sent. */
export interface OfferedTransferSyntax {
  readonly uid: string;
  /** What a request without a transfer-syntax parameter means. */
  readonly default: boolean;
  /** How the instance is stored: what `transfer-syntax=*` means. */
  readonly stored: boolean;
}

/** Whether the origin server can turn what is stored in one transfer syntax into another. */
export type CanTranscode = (from: string, to: string) => boolean;

/**
 * How exactly a transfer-syntax parameter describes an offered transfer syntax; undefined if it does not match.
 *
 * No parameter means the default, `*` what is stored, a UID itself. PS3.18 Sup174 6.5.
 *
 * @requirement R-001-241
 */
export function transferSyntaxSpecificity(
  asked: string | undefined,
  offered: OfferedTransferSyntax | undefined,
): number | undefined {
  if (offered === undefined) return asked === undefined || asked === '*' ? 0 : undefined;
  if (asked === undefined) return offered.default ? 0 : undefined;
  if (asked === '*') return offered.stored ? 4 : undefined;
  return asked === offered.uid ? 5 : undefined;
}

/**
 * The transfer syntaxes in which an instance can be sent, of those that this request could select.
 *
 * @param stored transfer syntax of the stored instance
 * @param asked UIDs that the request names
 * @param defaultUID what a request without the parameter means: Explicit VR Little Endian for application/dicom
 */
export function offeredTransferSyntaxes(
  stored: string,
  asked: Iterable<string>,
  canTranscode: CanTranscode,
  defaultUID: string = TransferSyntaxUID.ExplicitVRLittleEndian,
): readonly OfferedTransferSyntax[] {
  const candidates = new Set([defaultUID, stored, ...asked]);
  return [...candidates]
    .filter((uid) => uid === stored || canTranscode(stored, uid))
    .map((uid) => ({ uid, default: uid === defaultUID, stored: uid === stored }));
}
