import { describe, expect } from 'vitest';
import { type CategoryFacts, resourceCategoryOf } from '../../../src/negotiation/resource-category.ts';
import { requirement } from '../../support/requirement.ts';

const native = '1.2.840.10008.1.2.1';
const h264 = '1.2.840.10008.1.2.4.102';

function image(NumberOfFrames: number, more: Partial<CategoryFacts> = {}): CategoryFacts {
  return { content: 'image', image: { NumberOfFrames }, TransferSyntaxUID: native, timeBased: false, ...more };
}

function without(content: CategoryFacts['content']): CategoryFacts {
  return { content, TransferSyntaxUID: native, timeBased: false };
}

const rows: readonly [id: string, title: string, facts: CategoryFacts, canEncodeVideo: boolean, category: string][] = [
  ['R-001-055', 'one frame', image(1), false, 'Single Frame Image'],
  ['R-001-055', 'one frame of a video', image(1, { TransferSyntaxUID: h264 }), true, 'Single Frame Image'],
  ['R-001-056', 'a selected frame', image(40, { selectedFrame: true }), false, 'Single Frame Image'],
  ['R-001-057', 'several frames', image(40), true, 'Multi-Frame Image'],
  ['R-001-057', 'time-based without an encoder', image(40, { timeBased: true }), false, 'Multi-Frame Image'],
  ['R-001-058', 'an MPEG transfer syntax', image(40, { TransferSyntaxUID: h264 }), false, 'Video'],
  ['R-001-059', 'time-based with an encoder', image(40, { timeBased: true }), true, 'Video'],
  ['R-001-060', 'a structured report', without('structured-report'), false, 'Text'],
  ['R-001-061', 'an encapsulated document', without('encapsulated-document'), false, 'Text'],
  ['R-001-062', 'anything else', without('other'), true, 'Other'],
];

describe('Resource Category (PS3.18 Sup174 Table 6.1.1-1)', () => {
  for (const [id, title, facts, canEncodeVideo, category] of rows) {
    requirement(id, `${title} is ${category}`, () => {
      expect(resourceCategoryOf(facts, canEncodeVideo)).toBe(category);
    });
  }
});
