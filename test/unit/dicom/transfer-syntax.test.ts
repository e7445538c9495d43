import { describe, expect, test } from 'vitest';
import { TransferSyntaxUID, transferSyntaxes, transferSyntaxOf } from '../../../src/dicom/transfer-syntax.ts';

describe('transfer syntaxes (PS3.6 Table A-1)', () => {
  test('every UID that has a name has a row, and no two are the same', () => {
    expect(transferSyntaxes.map(({ uid }) => uid).sort()).toEqual(Object.values(TransferSyntaxUID).sort());
    expect(new Set(transferSyntaxes.map(({ uid }) => uid)).size).toBe(transferSyntaxes.length);
  });

  test.each([
    [
      'ImplicitVRLittleEndian',
      { explicitVR: false, bigEndian: false, deflated: false, encapsulated: false, lossless: true, family: 'native' },
    ],
    ['ExplicitVRBigEndian', { explicitVR: true, bigEndian: true, encapsulated: false, family: 'native' }],
    ['DeflatedExplicitVRLittleEndian', { explicitVR: true, deflated: true, encapsulated: false, family: 'native' }],
    ['JPEGBaseline8Bit', { explicitVR: true, encapsulated: true, lossless: false, family: 'jpeg' }],
    ['JPEGLosslessSV1', { encapsulated: true, lossless: true, family: 'jpeg-lossless' }],
    ['JPEGLSNearLossless', { encapsulated: true, lossless: false, family: 'jpeg-ls' }],
    ['HTJ2KLosslessRPCL', { encapsulated: true, lossless: true, family: 'htj2k' }],
    ['MPEG4HP41F', { encapsulated: true, lossless: false, family: 'mpeg' }],
    [
      'DeflatedImageFrameCompression',
      { deflated: false, encapsulated: true, lossless: true, family: 'deflated-frame' },
    ],
  ] as const)('%s', (keyword, traits) => {
    expect(transferSyntaxOf(TransferSyntaxUID[keyword])).toMatchObject(traits);
  });

  test('a UID that is not in the registry is unknown', () => {
    expect(transferSyntaxOf('1.2.3')).toBeUndefined();
  });
});
