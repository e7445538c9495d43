/** One generated parser: where it starts and what of the text it makes nodes of. */
export interface ParserPlan {
  readonly name: string;
  /** Rules that a text can be parsed by. */
  readonly start: readonly string[];
  /** Further rules that get a node in the syntax tree; all others are text or structure without a name. */
  readonly nodes: readonly string[];
  /**
   * Lookahead written behind a rule, where a PEG would settle for the beginning of what another alternative derives whole.
   * Keyed by rule, in the notation of Peggy.
   */
  readonly guards: Readonly<Record<string, string>>;
}

export const parserPlans: readonly ParserPlan[] = [
  {
    name: 'media-types',
    start: [
      'media-type',
      'parameter',
      'quoted-string',
      'qvalue',
      'multipart-media-type',
      'multipart-related',
      'boundary',
      'bchar',
      'cid',
      'cid-list',
      'accept-parameter',
      'uri-accept-parameter',
      'accept-list',
      'Accept',
      'accept-range',
    ],
    nodes: [
      'type',
      'subtype',
      'attribute',
      'token',
      'type-parameter',
      'boundary-parameter',
      'accept-member',
      'media-range',
      'type-wildcard',
      'any-wildcard',
    ],
    // boundary=a!b: "a" is a boundary, but "a!b" is a token, and only the whole value counts.
    guards: { 'boundary-parameter': '&(OWS (";" / !.))' },
  },
  {
    name: 'character-sets',
    start: [
      'charset',
      'field-charset',
      'character-set',
      'uri-character-set',
      'charset-list',
      'Accept-Charset',
      'charset-range',
    ],
    nodes: ['charset-member', 'charset-name', 'any-charset', 'defined-terms', 'qvalue'],
    guards: {},
  },
  {
    name: 'rendering',
    start: [
      'annotation',
      'annotation-list',
      'quality',
      'quality-value',
      'viewport',
      'viewport-value',
      'presentation-state-viewport',
      'window',
      'window-value',
    ],
    nodes: ['keyword', 'vw', 'vh', 'region', 'sx', 'sy', 'sw', 'sh', 'center', 'width', 'function'],
    guards: {},
  },
  {
    name: 'resources',
    start: ['query-string', 'frame-list', 'uid'],
    nodes: ['query-element', 'query-name', 'query-value', 'frame-number'],
    guards: {},
  },
];
