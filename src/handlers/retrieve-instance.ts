import type { Handler } from '../../generated/operations.ts';
import type { RenderedNeeds } from '../retrieval/rendered.ts';
import { retrieve } from '../retrieval/retrieve.ts';

/**
 * RetrieveInstance: one instance as DICOM, bulk data or a zip archive; or, where a rendered media type is asked
 * for, Retrieve Rendered of the same resource (D-03). PS3.18 Sup174 6.5, 6.5.8.
 *
 * @requirement R-001-222
 * @requirement R-001-227
 * @requirement R-001-228
 * @requirement R-001-245
 */
export function retrieveInstance(needs: RenderedNeeds): Handler<'retrieveInstance'> {
  return retrieve(needs);
}
