import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect } from 'vitest';
import { OriginServerError } from '../../../src/errors/origin-server-error.ts';
import { acceptableMediaTypes, type TargetRepresentations } from '../../../src/negotiation/acceptable-media-types.ts';
import { type SupportedMediaType, selectMediaType } from '../../../src/negotiation/selected-media-type.ts';
import type { OfferedTransferSyntax } from '../../../src/negotiation/selected-transfer-syntax.ts';
import { formatMediaType, parseMediaType } from '../../../src/syntax/media-type.ts';
import { requirement } from '../../support/requirement.ts';

interface Vector {
  readonly title: string;
  readonly requirements: readonly string[];
  readonly request: { readonly accept: string | null; readonly acceptParameter?: readonly string[] };
  readonly target: TargetRepresentations;
  readonly supported: readonly {
    readonly mediaType: string;
    readonly default?: boolean;
    readonly transferSyntax?: OfferedTransferSyntax;
  }[];
  readonly expected: {
    readonly status: number;
    readonly mediaType?: string;
    readonly range?: string;
    readonly weight?: number;
    readonly decidedBy?: string;
    readonly transferSyntax?: string;
  };
}

const file = path.resolve(import.meta.dirname, '../../vectors/negotiation/selected-media-type.json');
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: readonly Vector[] };

describe('Selected Media Type (PS3.18 Sup174 6.1.1.7)', () => {
  for (const vector of cases) {
    requirement(vector.requirements, vector.title, () => {
      const { request, target, expected } = vector;
      const supported = vector.supported.map(supportedMediaType);
      expect(answer(request, target, supported)).toMatchObject(expected);
    });
  }
});

function supportedMediaType({ mediaType, ...rest }: Vector['supported'][number]): SupportedMediaType {
  const parsed = parseMediaType(mediaType);
  if (!parsed.ok) throw new Error(parsed.message);
  return { mediaType: parsed.value, ...rest };
}

function answer(
  { accept, acceptParameter }: Vector['request'],
  target: TargetRepresentations,
  supported: readonly SupportedMediaType[],
): object {
  try {
    const acceptable = acceptableMediaTypes({ accept: accept ?? undefined, acceptParameter }, target);
    const selected = selectMediaType(acceptable, supported);
    if (selected.kind === 'not-acceptable') return { status: 406, why: selected.why };
    return {
      status: 200,
      mediaType: formatMediaType(selected.mediaType),
      range: formatMediaType(selected.range),
      weight: selected.weight,
      decidedBy: selected.decidedBy,
      transferSyntax: selected.supported.transferSyntax?.uid,
    };
  } catch (error) {
    if (error instanceof OriginServerError) return { status: error.status, why: error.message };
    throw error;
  }
}
