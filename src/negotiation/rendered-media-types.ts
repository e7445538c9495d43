import type { SupportedMediaType } from './media-range.ts';
import { mediaTypeOf } from './media-type-name.ts';
import type { ResourceCategory } from './resource-category.ts';

type Support = 'default' | 'required' | 'optional';

/** Table 6.1.1-3, column RS: Rendered Media Types by Resource Category. */
const renderedMediaTypes: Readonly<Record<ResourceCategory, Readonly<Record<string, Support>>>> = {
  'Single Frame Image': {
    'image/jpeg': 'default',
    'image/gif': 'required',
    'image/png': 'required',
    'image/jp2': 'optional',
  },
  'Multi-Frame Image': { 'image/gif': 'optional' },
  Video: { 'video/mpeg': 'optional', 'video/mp4': 'optional', 'video/h265': 'optional' },
  Text: {
    'text/html': 'default',
    'text/plain': 'required',
    'text/xml': 'required',
    'text/rtf': 'optional',
    'application/pdf': 'optional',
  },
  Other: {},
};

const names: ReadonlySet<string> = new Set(Object.values(renderedMediaTypes).flatMap((row) => Object.keys(row)));

/** Whether a media type, as `type/subtype` in lower case, is one of Table 6.1.1-3. */
export function isRenderedMediaType(name: string): boolean {
  return names.has(name);
}

/**
 * The Rendered Media Types of a category that this origin server can make, in the order of Table 6.1.1-3.
 *
 * @param canRender whether an encoder for a media type is there; those that the table leaves optional may be missing
 * @requirement R-001-069
 * @requirement R-001-070
 */
export function supportedRenderedMediaTypes(
  category: ResourceCategory,
  canRender: (mediaType: string) => boolean,
): readonly SupportedMediaType[] {
  return Object.entries(renderedMediaTypes[category])
    .filter(([name]) => canRender(name))
    .map(([name, support]) => ({ mediaType: mediaTypeOf(name), default: support === 'default' }));
}
