import type { ByteSource } from '../dicom/byte-source.ts';
import { type InstanceIndex, indexInstance, type UnfitInstance } from '../dicom/instance-index.ts';
import { jsonAttributes, jsonObject } from '../dicom/json-model.ts';
import { encodeMetadataDocument } from '../dicom/metadata-document.ts';
import { selectAttributes, seriesAttributes, studyAttributes } from './search-attributes.ts';

/** What an object says of itself, as the catalogue keeps it; or why it is no instance. */
export type InstanceFacts =
  | {
      readonly kind: 'instance';
      readonly index: InstanceIndex;
      /** Metadata document (dicom/metadata-document.ts). */
      readonly metadata: Uint8Array;
      /** JSON text of the attributes of the study and of the series that a search returns, in the DICOM JSON Model. */
      readonly study: string;
      readonly series: string;
    }
  | ({ readonly kind: 'unreadable' } & Pick<UnfitInstance, 'reason' | 'detail' | 'reference'>);

/** The one pass at store time: the data set up to the pixel data, the frames, and the metadata as it will be sent. */
export function instanceFacts(source: ByteSource): InstanceFacts {
  const indexed = indexInstance(source);
  if (!indexed.ok) {
    const { reason, detail, reference } = indexed;
    return { kind: 'unreadable', reason, detail, ...(reference && { reference }) };
  }
  const { index, part10 } = indexed;
  const bulkData = `/studies/${index.StudyInstanceUID}/series/${index.SeriesInstanceUID}/instances/${index.SOPInstanceUID}/bulkdata/`;
  const attributes = jsonAttributes(part10.dataSet, (path) => bulkData + path);
  return {
    kind: 'instance',
    index,
    metadata: encodeMetadataDocument(jsonObject(attributes)),
    study: selectAttributes(attributes, studyAttributes),
    series: selectAttributes(attributes, seriesAttributes),
  };
}
