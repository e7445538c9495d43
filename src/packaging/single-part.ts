import { contentDisposition } from './content-disposition.ts';
import type { PackagedBody, Representation } from './representation.ts';

/** A body that is one representation and nothing else. PS3.18 Sup174 6.5.8.3, D-27. */
export function singlePart(representation: Representation): PackagedBody {
  return {
    contentType: representation.mediaType,
    ...(representation.length === undefined ? {} : { contentLength: representation.length }),
    ...(representation.location === undefined ? {} : { contentLocation: representation.location }),
    ...(representation.fileName === undefined
      ? {}
      : { contentDisposition: contentDisposition('inline', representation.fileName) }),
    open: () => representation.open(),
  };
}
