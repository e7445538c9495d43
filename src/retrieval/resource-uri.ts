import type { InstanceRecord } from '../storage/catalog.ts';

/** Absolute URI of a stored instance. PS3.18 Sup174 Table 6.5.8-1. */
export function instanceURI(serviceRoot: string, { index }: InstanceRecord): string {
  return `${serviceRoot}/studies/${index.StudyInstanceUID}/series/${index.SeriesInstanceUID}/instances/${index.SOPInstanceUID}`;
}
