import { transferSyntaxOf } from '../dicom/transfer-syntax.ts';

/** Table 6.1.1-1: Resource Categories. */
export type ResourceCategory = 'Single Frame Image' | 'Multi-Frame Image' | 'Video' | 'Text' | 'Other';

/** What decides the category of an instance, or of one frame of it. */
export interface CategoryFacts {
  readonly content: 'image' | 'presentation-state' | 'structured-report' | 'encapsulated-document' | 'other';
  readonly image?: { readonly NumberOfFrames: number };
  readonly TransferSyntaxUID: string;
  /** The frames follow each other in time. */
  readonly timeBased: boolean;
  /** The target is one frame of the instance. */
  readonly selectedFrame?: boolean;
}

/**
 * Resource Category of a target. PS3.18 Sup174 6.1.1.2, Table 6.1.1-1.
 *
 * A Presentation State has none of its own: its category is that of the images it refers to (D-26).
 *
 * @param canEncodeVideo whether this origin server can encode the MPEG family, which makes a time-based image a Video
 * @requirement R-001-055
 * @requirement R-001-056
 * @requirement R-001-057
 * @requirement R-001-058
 * @requirement R-001-059
 * @requirement R-001-060
 * @requirement R-001-061
 * @requirement R-001-062
 * @requirement R-001-133
 */
export function resourceCategoryOf(facts: CategoryFacts, canEncodeVideo: boolean): ResourceCategory {
  if (facts.content === 'structured-report' || facts.content === 'encapsulated-document') return 'Text';
  if (facts.content !== 'image' || facts.image === undefined) return 'Other';
  if (facts.selectedFrame === true || facts.image.NumberOfFrames === 1) return 'Single Frame Image';
  if (transferSyntaxOf(facts.TransferSyntaxUID)?.family === 'mpeg') return 'Video';
  return facts.timeBased && canEncodeVideo ? 'Video' : 'Multi-Frame Image';
}
