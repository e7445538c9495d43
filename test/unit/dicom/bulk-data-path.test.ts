import { describe, expect, test } from 'vitest';
import { resolveBulkData } from '../../../src/dicom/bulk-data-path.ts';
import { dataSetOf, elementWriter } from '../../support/data-set-bytes.ts';
import { requirement } from '../../support/requirement.ts';

const { element, sequence } = elementWriter();

const dataSet = dataSetOf([
  element(0x00100020, 'LO', 'FID-1'),
  element(0x00091001, 'OB', Buffer.alloc(2)),
  sequence(0x54000100, [element(0x54001010, 'OW', Buffer.alloc(2)), element(0x54001010, 'OW', Buffer.alloc(2000, 7))]),
  element(0x7fe00010, 'OW', Buffer.from([1, 2])),
]);

describe('bulk data path', () => {
  requirement('R-001-231', 'a path leads to the value that metadata leaves at its URI', () => {
    const pixelData = resolveBulkData(dataSet, '7FE00010');
    expect(pixelData?.dataSet.bytes(pixelData.element.tag)).toEqual(Buffer.from([1, 2]));
    const waveformData = resolveBulkData(dataSet, '54000100.2.54001010');
    expect(waveformData?.element.length).toBe(2000);
    expect(waveformData?.dataSet).toBe(dataSet.sequence(0x54000100)[1]);
  });

  test.each([
    ['an absent element', '00091002'],
    ['a value that metadata carries itself', '00091001'],
    ['text', '00100020'],
    ['a sequence', '54000100'],
    ['an item', '54000100.2'],
    ['an item that is not there', '54000100.3.54001010'],
    ['an item number that is none', '54000100.0.54001010'],
    ['an element that is no sequence', '7FE00010.1.54001010'],
    ['lower case', '7fe00010'],
    ['nothing', ''],
    ['a path that is too deep', `${'54000100.1.'.repeat(65)}54001010`],
    ['something else', '__proto__'],
  ])('%s is not found', (_, path) => {
    expect(resolveBulkData(dataSet, path)).toBeUndefined();
  });
});
