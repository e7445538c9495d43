import fc from 'fast-check';
import { describe, expect } from 'vitest';
import type { AcceptableMediaTypes } from '../../src/negotiation/acceptable-media-types.ts';
import { specificityOf } from '../../src/negotiation/media-range.ts';
import { mediaTypeOf } from '../../src/negotiation/media-type-name.ts';
import { type SupportedMediaType, selectMediaType } from '../../src/negotiation/selected-media-type.ts';
import type { MediaType } from '../../src/syntax/media-type.ts';
import type { Weighted } from '../../src/syntax/weighted.ts';
import { requirement } from '../support/requirement.ts';

const names = ['image/jpeg', 'image/gif', 'image/png', 'text/html', 'text/plain'];
const mediaType = fc.constantFrom(...names).map((name) => mediaTypeOf(name));
const range = fc.oneof(
  mediaType,
  fc.constantFrom('image/*', 'text/*', '*/*', 'image/bmp').map((name) => mediaTypeOf(name)),
);
const weight = fc.integer({ min: 0, max: 10 }).map((tenths) => tenths / 10);
const field = fc.array(fc.record({ value: range, weight }), { minLength: 1, maxLength: 6 });
const supported = fc
  .subarray(names, { minLength: 1 })
  .chain((subset) =>
    fc
      .integer({ min: -1, max: subset.length - 1 })
      .map((place) =>
        subset.map((name, i): SupportedMediaType => ({ mediaType: mediaTypeOf(name), default: i === place })),
      ),
  );

function acceptable(
  members: readonly Weighted<MediaType>[],
  parameter?: readonly Weighted<MediaType>[],
): AcceptableMediaTypes {
  return { kind: 'rendered', field: members, ...(parameter === undefined ? {} : { parameter }) };
}

const law = { numRuns: 300 };

describe('laws of the Selected Media Type (PS3.18 Sup174 6.1.1.7)', () => {
  requirement('R-001-140', 'a media type with q=0 is never selected', () => {
    fc.assert(
      fc.property(field, supported, (members, table) => {
        const selected = selectMediaType(acceptable(members), table);
        if (selected.kind === 'not-acceptable') return;
        const most = Math.max(...members.map(({ value }) => specificityOf(value, selected.supported) ?? -1));
        const deciding = members.filter(({ value }) => specificityOf(value, selected.supported) === most);
        expect(deciding.every((member) => member.weight > 0)).toBe(true);
      }),
      law,
    );
  });

  requirement('R-001-137', 'adding a supported media type with q>0 never turns a selection into 406', () => {
    fc.assert(
      fc.property(field, mediaType, fc.integer({ min: 1, max: 10 }), supported, (members, added, tenths, table) => {
        const before = selectMediaType(acceptable(members), table);
        const after = selectMediaType(acceptable([...members, { value: added, weight: tenths / 10 }]), table);
        if (before.kind === 'selected') expect(after.kind).toBe('selected');
      }),
      law,
    );
  });

  requirement('R-001-141', 'what is selected has the highest weight of all that is supported', () => {
    fc.assert(
      fc.property(field, supported, (members, table) => {
        const selected = selectMediaType(acceptable(members), table);
        for (const one of table) {
          const alone = selectMediaType(acceptable(members), [one]);
          if (alone.kind === 'not-acceptable') continue;
          expect(selected.kind === 'selected' && selected.weight >= alone.weight).toBe(true);
        }
      }),
      law,
    );
  });

  requirement('R-001-141', 'the order of the field matters only in a tie', () => {
    fc.assert(
      fc.property(field, supported, (members, table) => {
        const one = selectMediaType(acceptable(members), table);
        const other = selectMediaType(acceptable([...members].reverse()), table);
        expect(other.kind).toBe(one.kind);
        if (one.kind === 'selected' && other.kind === 'selected') expect(other.weight).toBe(one.weight);
      }),
      law,
    );
  });

  requirement('R-001-134', 'a query parameter selects only what the header field covers as well', () => {
    fc.assert(
      fc.property(
        field,
        fc.array(fc.record({ value: mediaType, weight }), { minLength: 1, maxLength: 4 }),
        supported,
        (members, parameter, table) => {
          const selected = selectMediaType(acceptable(members, parameter), table);
          if (selected.kind === 'not-acceptable') return;
          expect(selectMediaType(acceptable(members), [selected.supported]).kind).toBe('selected');
        },
      ),
      law,
    );
  });

  requirement('R-001-139', 'scaling every weight selects the same', () => {
    fc.assert(
      fc.property(field, supported, (members, table) => {
        const half = members.map((member) => ({ ...member, weight: member.weight / 2 }));
        const one = selectMediaType(acceptable(members), table);
        const other = selectMediaType(acceptable(half), table);
        expect(other.kind === 'selected' ? other.supported : undefined).toBe(
          one.kind === 'selected' ? one.supported : undefined,
        );
      }),
      law,
    );
  });
});
