import { additionalRenderedMediaTypes, renderedMediaTypes } from '../../generated/tables.ts';
import type { SupportedMediaType } from './media-range.ts';
import { mediaTypeOf } from './media-type-name.ts';
import type { ResourceCategory } from './resource-category.ts';

interface RenderedMediaType {
  readonly category: ResourceCategory;
  readonly mediaType: string;
  readonly default: boolean;
}

/** Table 6.1.1-3, column RS, and after it what this origin server adds. */
const table: readonly RenderedMediaType[] = [
  ...renderedMediaTypes.map(({ category, mediaType, RS }) => ({ category, mediaType, default: RS === 'default' })),
  ...additionalRenderedMediaTypes.map((row) => ({ ...row, default: false })),
];

const names: ReadonlySet<string> = new Set(table.map(({ mediaType }) => mediaType.toLowerCase()));

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
  return table
    .filter((row) => row.category === category && canRender(row.mediaType.toLowerCase()))
    .map((row) => ({ mediaType: mediaTypeOf(row.mediaType), default: row.default }));
}
