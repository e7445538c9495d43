import type { VR } from '../../generated/dictionary.ts';
import type { ByteSource } from './byte-source.ts';
import type { FrameIndex } from './frame-index.ts';
import type { ImagePixel } from './image-pixel.ts';
import type { Part10, Unreadable } from './part10.ts';

export type InstanceContent = 'image' | 'presentation-state' | 'structured-report' | 'encapsulated-document' | 'other';
/**
 * What is known of an instance once it is stored. Offsets count in the object; in a deflated one, in the object with its
 * data set inflated ({@link inflatedSource}).
 */
export interface InstanceIndex {
  readonly SOPClassUID: string;
  readonly SOPInstanceUID: string;
  readonly StudyInstanceUID: string;
  readonly SeriesInstanceUID: string;
  readonly TransferSyntaxUID: string;
  readonly InstanceNumber?: number;
  readonly SeriesNumber?: number;
  readonly Modality?: string;
  readonly dataSetOffset: number;
  readonly headLength: number;
  readonly image?: ImagePixel;
  readonly frames?: FrameIndex;
  readonly pixelData?: {
    readonly tag: number;
    readonly vr: VR;
    readonly offset: number;
    readonly length: number;
    readonly encapsulated: boolean;
  };
  readonly content: InstanceContent;
  readonly encapsulatedDocumentMediaType?: string;
  readonly timeBased: boolean;
}
export interface UnfitInstance {
  readonly ok: false;
  readonly reason: Unreadable['reason'] | 'attribute-missing' | 'attribute-invalid';
  readonly at: number;
  readonly detail: string;
}
export type IndexedInstance =
  | { readonly ok: true; readonly index: InstanceIndex; readonly part10: Part10 }
  | UnfitInstance;
export function indexInstance(_source: ByteSource): IndexedInstance {
  throw new Error('soon');
}
