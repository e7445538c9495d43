/**
 * Every error this origin server can answer with: its HTTP status, its title, and the clause that the status comes from.
 * A status is chosen where the clause is known, by naming an entry; nothing else in the code holds a status for a failure.
 */
export interface CatalogueEntry {
  readonly status: number;
  /** One line that stays the same for every occurrence (RFC 9457 3.1.4). */
  readonly title: string;
  /** Clause the status comes from. */
  readonly source: string;
  /** Requirement record that this answer meets, if one asks for it. */
  readonly requirement?: string;
}

export const catalogue = {
  'accept-missing': {
    status: 406,
    title: 'The request has no Accept header field',
    source: 'PS3.18 Sup174 6.1.1.4',
    requirement: 'R-001-094',
  },
  'media-types-mixed': {
    status: 409,
    title: 'DICOM and Rendered Media Types are both acceptable',
    source: 'PS3.18 Sup174 6.1.1.4',
    requirement: 'R-001-097',
  },
  'media-type-not-acceptable': {
    status: 406,
    title: 'No acceptable media type can be produced',
    source: 'PS3.18 Sup174 6.1.1.7',
    requirement: 'R-001-137',
  },
  'transfer-syntax-not-acceptable': {
    status: 406,
    title: 'No acceptable transfer syntax can be produced',
    source: 'PS3.18 Sup174 6.5',
    requirement: 'R-001-241',
  },
  'character-set-not-acceptable': {
    status: 406,
    title: 'The text cannot be written in an acceptable character set',
    source: 'PS3.18 Sup174 6.1.2.4',
    requirement: 'R-001-200',
  },
  'query-string-malformed': { status: 400, title: 'The query component is malformed', source: 'RFC 3986 3.4' },
  'query-parameter-invalid': {
    status: 400,
    title: 'A query parameter has an invalid value',
    source: 'PS3.18 Sup174 6.5.8.1.2',
  },
  'path-invalid': { status: 400, title: 'The target resource is malformed', source: 'PS3.18 Sup174 6.5.8.1.1' },
  'presentation-state-conflict': {
    status: 409,
    title: 'The parameter is not allowed on a Presentation State',
    source: 'PS3.18 Sup174 6.5.8.1.2',
    requirement: 'R-001-338',
  },
  'route-unknown': { status: 404, title: 'There is no such resource', source: 'RFC 9110 15.5.5' },
  'resource-unknown': {
    status: 404,
    title: 'The target resource is not stored here',
    source: 'RFC 9110 15.5.5',
    requirement: 'R-001-371',
  },
  'frame-unknown': { status: 404, title: 'The instance has no such frame', source: 'PS3.18 Sup174 6.5' },
  'range-not-satisfiable': {
    status: 416,
    title: 'The range is outside of the representation',
    source: 'RFC 9110 14.4',
  },
  'method-not-allowed': {
    status: 405,
    title: 'The target resource does not support this method',
    source: 'RFC 9110 15.5.6',
  },
  'not-renderable': {
    status: 406,
    title: 'The target resource cannot be rendered',
    source: 'PS3.18 Sup174 6.5.8.3.1',
    requirement: 'R-001-374',
  },
  'too-large-to-render': {
    status: 413,
    title: 'The target resource is too large to render',
    source: 'PS3.18 Sup174 6.5.8.3.1',
    requirement: 'R-001-375',
  },
  'header-fields-too-large': { status: 431, title: 'The header fields are too large', source: 'RFC 6585 5' },
  'request-timeout': { status: 408, title: 'The request did not arrive in time', source: 'RFC 9110 15.5.9' },
  'request-malformed': { status: 400, title: 'The request is malformed', source: 'RFC 9110 15.5.1' },
  'store-request-malformed': {
    status: 400,
    title: 'The store request is malformed',
    source: 'STOW-RS HTTP Standard Response Codes',
    requirement: 'R-002-014',
  },
  'store-media-type-unsupported': {
    status: 400,
    title: 'The media type of the store request is not supported',
    source: 'STOW-RS Store Instances Specification',
    requirement: 'R-002-003',
  },
  'out-of-resources': {
    status: 503,
    title: 'The origin server is out of resources',
    source: 'STOW-RS HTTP Standard Response Codes',
    requirement: 'R-002-018',
  },
  busy: {
    status: 503,
    title: 'The maximum number of simultaneous requests is reached',
    source: 'WADO-RS Connection Policies',
    requirement: 'R-002-009',
  },
  'not-built': { status: 501, title: 'The operation is specified but not built yet', source: 'RFC 9110 15.6.2' },
  internal: { status: 500, title: 'The origin server failed', source: 'RFC 9110 15.6.1' },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof catalogue;
