import { mediaTypeNames } from '../../generated/tables.ts';
import type { MediaType } from '../syntax/media-type.ts';

/** The name that other spellings of a media type stand for (D-46). */
const canonicalNames: ReadonlyMap<string, string> = new Map(
  mediaTypeNames.flatMap(({ name, otherNames }) => otherNames.map((other) => [other, name] as const)),
);

/** `type/subtype` without parameters, one spelling for all names of a media type. PS3.18 Sup174 6.1.1, D-46. */
export function canonicalMediaTypeName(mediaType: MediaType): string {
  const name = mediaTypeName(mediaType);
  return canonicalNames.get(name) ?? name;
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
