import type { Selected } from '../negotiation/selected-media-type.ts';
import { boundaryOf, multipartRelated } from '../packaging/multipart-related.ts';
import type { PackagedBody, Representation } from '../packaging/representation.ts';
import { singlePart } from '../packaging/single-part.ts';
import { zip } from '../packaging/zip.ts';
import type { InstanceRepresentation } from './instance-representations.ts';

/**
 * Puts parts into the packaging that was selected. multipart/related stays multipart when it has one part.
 *
 * @param archiveName file name of a zip archive
 */
export function packaged(
  selected: Selected<InstanceRepresentation>,
  parts: readonly Representation[],
  entityTag: string,
  archiveName = 'retrieved.zip',
): PackagedBody {
  const { packaging, content } = selected.supported;
  if (packaging === 'zip') return zip(parts, archiveName);
  if (packaging === 'single part') return singlePart(parts[0]!);
  return multipartRelated(selected.mediaType.parameters.get('type') ?? content, parts, boundaryOf(entityTag));
}
