import type { Handler } from '../../generated/operations.ts';
import type { RenderedNeeds } from '../retrieval/rendered.ts';
import { retrieve } from '../retrieval/retrieve.ts';

/**
 * RetrieveSeries: the instances of a series as DICOM, bulk data or a zip archive; or, where a rendered media type is asked
 * for, Retrieve Rendered of the same resource (D-03). PS3.18 Sup174 6.5, 6.5.8.
 *
 * @requirement R-001-222
 * @requirement R-001-225
 * @requirement R-001-226
 * @requirement R-001-245
 * @requirement R-003-002
 */
export function retrieveSeries(needs: RenderedNeeds): Handler<'retrieveSeries'> {
  return retrieve(needs);
}
