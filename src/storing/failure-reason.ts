import { storeInstancesFailureReasons } from '../../generated/tables.ts';
import { transferSyntaxOf } from '../dicom/transfer-syntax.ts';
import type { Received, ReceivedInstance } from '../storage/instance-store.ts';
import { isStorageSOPClass } from './sop-class.ts';

export type FailureReason = (typeof storeInstancesFailureReasons)[number]['name'];

/** Why an object was not stored: its Failure Reason and a sentence for a person, which Error Comment cuts at 64 characters. */
export interface Failure {
  readonly reason: FailureReason;
  readonly detail: string;
}

/** Value of Failure Reason (0008,1197) (PS3.18 Table I.2-2). */
export function failureReasonCode(reason: FailureReason): number {
  return storeInstancesFailureReasons.find(({ name }) => name === reason)!.code;
}

/** Failure Reasons of objects that are no readable instance. */
const unreadableReasons: Readonly<Record<Extract<Received, { kind: 'unreadable' }>['reason'], FailureReason>> = {
  'not-dicom': 'cannot-understand',
  truncated: 'cannot-understand',
  malformed: 'cannot-understand',
  deflate: 'cannot-understand',
  'too-large': 'cannot-understand',
  'attribute-missing': 'missing-attribute',
  'attribute-invalid': 'invalid-attribute-value',
};

export function failureOfUnreadable({ reason, detail }: Extract<Received, { kind: 'unreadable' }>): Failure {
  return { reason: unreadableReasons[reason], detail };
}

/** The SOP Instance UID names other bytes already, which stay. */
export const conflict: Failure = {
  reason: 'duplicate-sop-instance',
  detail: 'Another object with this SOP Instance UID is stored; it stays.',
};

/**
 * Why an instance that can be read is refused; undefined if it is not.
 *
 * @param StudyInstanceUID study that the target resource names, if it names one
 * @requirement R-002-004
 * @requirement R-002-005
 * @requirement R-002-017
 */
export function refusal({ index }: ReceivedInstance, StudyInstanceUID: string | undefined): Failure | undefined {
  if (StudyInstanceUID !== undefined && index.StudyInstanceUID !== StudyInstanceUID) {
    return {
      reason: 'data-set-mismatch',
      detail: 'The Study Instance UID is not the one of the target resource.',
    };
  }
  if (!isStorageSOPClass(index.SOPClassUID)) {
    return {
      reason: 'sop-class-not-supported',
      detail: 'The SOP Class is none of composite instances.',
    };
  }
  if (transferSyntaxOf(index.TransferSyntaxUID) === undefined) {
    return {
      reason: 'transfer-syntax-not-supported',
      detail: 'The Transfer Syntax UID is not known here.',
    };
  }
  return undefined;
}
