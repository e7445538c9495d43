import type { MediaType } from '../syntax/media-type.ts';

/** Names that earlier and later editions gave to one media type, by the name that seed tables and PS3.18 share (D-46). */
const synonyms: ReadonlyMap<string, string> = new Map([
  ['image/x-dicom+rle', 'image/dicom-rle'],
  ['image/x-dicom-rle', 'image/dicom-rle'],
  ['image/x-jls', 'image/jls'],
]);

/** `type/subtype` without parameters, one spelling for all names of a media type. PS3.18 Sup174 6.1.1, D-46. */
export function canonicalMediaTypeName(mediaType: MediaType): string {
  const name = mediaTypeName(mediaType);
  return synonyms.get(name) ?? name;
}

/** `type/subtype` without parameters, as spelled. */
export function mediaTypeName(mediaType: MediaType): string {
  return `${mediaType.type}/${mediaType.subtype}`;
}

/** Media type of a name without parameters, such as `image/png`. */
export function mediaTypeOf(name: string, parameters: Readonly<Record<string, string>> = {}): MediaType {
  const slash = name.indexOf('/');
  return {
    type: name.slice(0, slash).toLowerCase(),
    subtype: name.slice(slash + 1).toLowerCase(),
    parameters: new Map(Object.entries(parameters)),
  };
}

/** The multipart/related whose parts are of a media type. PS3.18 Sup174 6.1.1.1. */
export function multipartRelatedOf(name: string): MediaType {
  return mediaTypeOf('multipart/related', { type: name });
}
