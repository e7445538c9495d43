import type { SOPInstanceReference } from '../dicom/instance-index.ts';
import type { DicomJson } from '../dicom/json-model.ts';
import { toXmlModel } from '../dicom/xml-model.ts';
import { parseAcceptField } from '../syntax/accept.ts';
import { failureReasonCode } from './failure-reason.ts';
import type { StoredReference, StoreResult } from './store-transaction.ts';

export type StoreStatus = 200 | 202 | 409;

/**
 * Status of a store response (PS3.18 Table 10.5.3-1).
 *
 * @requirement R-002-017
 * @requirement R-002-019
 * @requirement R-002-020
 * @requirement R-002-021
 */
export function storeStatus(results: readonly StoreResult[]): StoreStatus {
  const failed = results.filter(({ kind }) => kind === 'failed').length;
  if (failed === 0) return 200;
  return failed === results.length ? 409 : 202;
}

/**
 * Store Instances Response Module (PS3.18 Table I.1-1): what was stored and where it is, and what failed and why.
 *
 * The study's Retrieve URL is empty where the instances belong to several studies. Failed items carry Error Comment
 * (0000,0902) as well, a sentence for a person cut to the 64 characters of its VR.
 *
 * @param serviceRoot absolute URL without a slash at its end
 * @requirement R-002-022
 * @requirement R-002-023
 */
export function storeInstancesResponse(results: readonly StoreResult[], serviceRoot: string): DicomJson {
  const stored = results.filter((result) => result.kind === 'stored');
  const failures = results.filter((result) => result.kind === 'failed');
  const studies = new Set(stored.map(({ reference }) => reference.StudyInstanceUID));
  const [study] = studies;
  return {
    ...attribute('00081190', 'UR', studies.size === 1 ? `${serviceRoot}/studies/${study}` : undefined),
    ...sequence(
      '00081198',
      failures.flatMap(({ reference, failure }) =>
        reference === undefined ? [] : [{ ...sopReference(reference), ...reason(failure) }],
      ),
    ),
    ...sequence(
      '00081199',
      stored.map(({ reference }) => ({
        ...sopReference(reference),
        ...attribute('00081190', 'UR', instanceURL(serviceRoot, reference)),
      })),
    ),
    ...sequence(
      '0008119A',
      failures.flatMap(({ reference, failure }) => (reference === undefined ? [reason(failure)] : [])),
    ),
  };
}

export interface StoreResponseBody {
  readonly contentType: 'application/dicom+json' | 'application/dicom+xml';
  readonly text: string;
}

/**
 * The response module in the media type the user agent would rather have: application/dicom+xml unless it prefers
 * application/dicom+json. An Accept that names neither gets XML all the same, as the service has no status for it (D-29).
 */
export function storeResponseBody(module: DicomJson, accept: string | undefined): StoreResponseBody {
  const ranges = parseAcceptField(accept ?? '*/*');
  if (weightOf('json', ranges) > weightOf('xml', ranges)) {
    return { contentType: 'application/dicom+json', text: JSON.stringify(module) };
  }
  return { contentType: 'application/dicom+xml', text: toXmlModel(module) };
}

/** Weight of application/dicom+json (or its short form application/json) or application/dicom+xml in an Accept header field. */
function weightOf(syntax: 'json' | 'xml', ranges: ReturnType<typeof parseAcceptField>): number {
  const precedence = [[`dicom+${syntax}`, syntax], ['*']];
  const members = ranges.filter(({ value }) => value.type === 'application' || value.type === '*');
  for (const subtypes of precedence) {
    const weights = members.filter(({ value }) => subtypes.includes(value.subtype)).map(({ weight }) => weight);
    if (weights.length > 0) return Math.max(...weights);
  }
  return 0;
}

function sopReference({ SOPClassUID, SOPInstanceUID }: SOPInstanceReference): DicomJson {
  return { ...attribute('00081150', 'UI', SOPClassUID), ...attribute('00081155', 'UI', SOPInstanceUID) };
}

function reason({ reason, detail }: Extract<StoreResult, { kind: 'failed' }>['failure']): DicomJson {
  return {
    ...attribute('00000902', 'LO', detail.slice(0, 64)),
    ...attribute('00081197', 'US', failureReasonCode(reason)),
  };
}

function instanceURL(serviceRoot: string, reference: StoredReference): string {
  const { StudyInstanceUID, SeriesInstanceUID, SOPInstanceUID } = reference;
  return `${serviceRoot}/studies/${StudyInstanceUID}/series/${SeriesInstanceUID}/instances/${SOPInstanceUID}`;
}

function attribute(tag: string, vr: string, value: string | number | undefined): DicomJson {
  return { [tag]: value === undefined ? { vr } : { vr, Value: [value] } };
}

/** A sequence of type 1C: absent without items. */
function sequence(tag: string, items: readonly DicomJson[]): DicomJson {
  return items.length === 0 ? {} : { [tag]: { vr: 'SQ', Value: items } };
}
