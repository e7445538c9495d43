import { originServerError } from '../errors/origin-server-error.ts';
import type { RenderingParameters } from '../rendering/rendering-parameters.ts';
import { parseAnnotation } from '../syntax/annotation.ts';
import type { Parsed } from '../syntax/parsed.ts';
import { parseQuality } from '../syntax/quality.ts';
import type { QueryParameters } from '../syntax/query-string.ts';
import { parseViewport } from '../syntax/viewport.ts';
import { parseWindow } from '../syntax/window.ts';

export interface RenderingQuery {
  /** Equal for requests that ask for the same, whatever the order of their parameters. */
  readonly parameters: RenderingParameters;
  /** Annotation keywords that were asked for and mean nothing here (D-22). */
  readonly unknownAnnotations: readonly string[];
}

const clauses = {
  annotation: 'PS3.18 Sup174 6.5.8.1.2.1',
  quality: 'PS3.18 Sup174 6.5.8.1.2.2',
  viewport: 'PS3.18 Sup174 6.5.8.1.2.3',
  window: 'PS3.18 Sup174 6.5.8.1.2.4',
} as const;

type ParameterName = keyof typeof clauses;

/**
 * The rendering parameters of a query; others are nobody's business (PS3.18 Sup174 6.5.8.1.2).
 *
 * @throws OriginServerError `query-parameter-invalid`, with the clause of the parameter, for a malformed value, and for
 *   one that is given twice and is no list (D-17)
 * @requirement R-001-269
 * @requirement R-001-273
 * @requirement R-001-275
 */
export function renderingQueryOf(query: QueryParameters): RenderingQuery {
  const annotation = read('annotation', listOf(query, 'annotation'), parseAnnotation);
  const quality = read('quality', singleOf(query, 'quality'), parseQuality);
  const viewport = read('viewport', singleOf(query, 'viewport'), parseViewport);
  const window = read('window', singleOf(query, 'window'), parseWindow);
  return {
    parameters: {
      ...(annotation === undefined ? {} : { annotation: [...new Set(annotation.keywords)].sort() }),
      ...(quality === undefined ? {} : { quality }),
      ...(viewport === undefined ? {} : { viewport }),
      ...(window === undefined ? {} : { window }),
    },
    unknownAnnotations: annotation?.unknown ?? [],
  };
}

function read<T>(name: ParameterName, value: string | undefined, parse: (value: string) => Parsed<T>): T | undefined {
  if (value === undefined) return undefined;
  const parsed = parse(value);
  if (!parsed.ok) throw originServerError('query-parameter-invalid', parsed.message, { source: clauses[name] });
  return parsed.value;
}

function listOf(query: QueryParameters, name: ParameterName): string | undefined {
  return query.get(name)?.join(',');
}

function singleOf(query: QueryParameters, name: ParameterName): string | undefined {
  const values = query.get(name);
  if (values !== undefined && values.length > 1) {
    throw originServerError('query-parameter-invalid', `${name} is given ${values.length} times; once is enough.`, {
      source: clauses[name],
    });
  }
  return values?.[0];
}
