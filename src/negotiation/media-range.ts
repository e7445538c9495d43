import { parseAcceptField } from '../syntax/accept.ts';
import type { MediaType } from '../syntax/media-type.ts';
import { canonicalMediaTypeName, mediaTypeOf } from './media-type-name.ts';
import { type OfferedTransferSyntax, transferSyntaxSpecificity } from './selected-transfer-syntax.ts';

/** A media type that the origin server can answer with, and how its pixel data would be encoded. */
export interface SupportedMediaType {
  readonly mediaType: MediaType;
  /** The default of its table: it wins a tie (D-06). */
  readonly default?: boolean;
  /** For a DICOM media type: the transfer syntax of this representation. */
  readonly transferSyntax?: OfferedTransferSyntax;
}

/** Whether the transfer syntax takes part, or only the name of the media type and its other parameters. */
export type Comparison = 'representation' | 'media type';

/** Parameters that do not describe the representation: D-21, D-11. */
const withoutMeaning: ReadonlySet<string> = new Set(['boundary', 'start', 'start-info', 'charset']);

const specificity = { everything: 0, type: 1_000, subtype: 2_000, parameter: 10 } as const;

/**
 * How exactly a media range describes a representation: the larger, the more specific; undefined if it does not match.
 *
 * A range with parameters matches only what has them (D-12). `charset` never takes part (D-11); `type` of
 * multipart/related is read as a media range of its own; `transfer-syntax` is compared with the encoding offered.
 * PS3.18 Sup174 6.1.1.6, 6.1.1.7.
 *
 * @requirement R-001-125
 * @requirement R-001-126
 */
export function specificityOf(
  range: MediaType,
  supported: SupportedMediaType,
  comparison: Comparison = 'representation',
): number | undefined {
  const byName = specificityOfName(range, supported.mediaType);
  if (byName === undefined) return undefined;
  let total = byName;
  let transferSyntax: string | undefined;
  for (const [name, value] of range.parameters) {
    if (withoutMeaning.has(name)) continue;
    if (name === 'transfer-syntax') {
      transferSyntax = value;
    } else if (name === 'type' && range.type === 'multipart') {
      const root = specificityOfRootType(rootTypeOf(range), supported.mediaType.parameters.get('type'));
      if (root === undefined) return undefined;
      total += specificity.parameter + root.specificity / 1_000;
      transferSyntax ??= root.transferSyntax;
    } else if (supported.mediaType.parameters.get(name) === value) {
      total += specificity.parameter;
    } else {
      return undefined;
    }
  }
  if (comparison === 'media type') return total;
  const byTransferSyntax = transferSyntaxSpecificity(transferSyntax, supported.transferSyntax);
  return byTransferSyntax === undefined ? undefined : total + byTransferSyntax;
}

function specificityOfName(range: MediaType, mediaType: MediaType): number | undefined {
  if (range.type === '*') return range.subtype === '*' ? specificity.everything : undefined;
  if (range.subtype === '*') return range.type === mediaType.type ? specificity.type : undefined;
  return canonicalMediaTypeName(range) === canonicalMediaTypeName(mediaType) ? specificity.subtype : undefined;
}

/** Compares the `type` parameter of multipart/related; user agents also write ranges and transfer-syntax inside it. */
function specificityOfRootType(
  asked: MediaType | undefined,
  offered: string | undefined,
): { readonly specificity: number; readonly transferSyntax: string | undefined } | undefined {
  const byName = asked && offered ? specificityOfName(asked, mediaTypeOf(offered)) : undefined;
  return asked === undefined || byName === undefined
    ? undefined
    : { specificity: byName, transferSyntax: asked.parameters.get('transfer-syntax') };
}

/** Root types that have been read: a range is compared with every representation. */
const rootTypes = new WeakMap<MediaType, { readonly rootType: MediaType | undefined }>();

/** The `type` parameter of multipart/related as a media range; undefined if it is none. */
function rootTypeOf(range: MediaType): MediaType | undefined {
  const known = rootTypes.get(range);
  if (known !== undefined) return known.rootType;
  const rootType = parseAcceptField(range.parameters.get('type') ?? '')[0]?.value;
  rootTypes.set(range, { rootType });
  return rootType;
}

/** Transfer syntax that a range asks for, wherever it is written. */
export function transferSyntaxAskedFor(range: MediaType): string | undefined {
  return (
    range.parameters.get('transfer-syntax') ??
    (range.type === 'multipart' ? rootTypeOf(range)?.parameters.get('transfer-syntax') : undefined)
  );
}
