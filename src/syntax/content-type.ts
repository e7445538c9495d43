import type { MediaType } from './media-type.ts';
import type { Parsed } from './parsed.ts';

export interface MultipartRelated {
  readonly type?: MediaType;
  readonly boundary: string;
  readonly start?: string;
}

export function parseMultipartRelated(_contentType: string): Parsed<MultipartRelated> {
  throw new Error('not yet');
}
