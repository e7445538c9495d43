import { readFileSync } from 'node:fs';
import type { Registry } from '../generate/requirements.ts';
import type { Table } from '../generate/tables.ts';
import type { TracedRequirement } from './traceability.ts';

/** An operation of the API description. */
export interface ServedOperation {
  readonly method: string;
  readonly path: string;
  readonly service: string;
  readonly summary: string;
  /** The capability that will bring it; until then it answers 501. */
  readonly planned?: string;
}

/** The operations of an OpenAPI document (generated/openapi.json), in its order. */
export function readOperations(file: string): readonly ServedOperation[] {
  const { paths } = JSON.parse(readFileSync(file, 'utf8')) as {
    paths: Record<
      string,
      Record<string, { operationId?: string; tags: string[]; summary: string; 'x-planned'?: string }>
    >;
  };
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([, operation]) => operation.operationId !== undefined)
      .map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        service: operation.tags[0]!,
        summary: operation.summary,
        ...(operation['x-planned'] === undefined ? {} : { planned: operation['x-planned'] }),
      })),
  );
}

/**
 * The DICOM Conformance Statement, in the order of PS3.2, from the records, tables and operations that the tests are traced to.
 *
 * @requirement R-001-162
 * @requirement R-001-247
 * @requirement R-001-271
 * @requirement R-001-293
 */
export function conformanceStatement(
  { sources, decisions }: Registry,
  requirements: readonly TracedRequirement[],
  tables: ReadonlyMap<string, Table>,
  operations: readonly ServedOperation[],
): string {
  const table = (name: string, columns: Readonly<Record<string, string>>) =>
    tableGrid(tables, name, columns, requirements);
  const services = Map.groupBy(operations, ({ service }) => service);
  const planned = Map.groupBy(
    requirements.filter((each) => each.planned !== undefined),
    (each) => each.planned!,
  );
  const exceptions = Map.groupBy(
    requirements.filter((each) => each.exception !== undefined),
    (each) => each.exception!,
  );
  return `# DICOM Conformance Statement

What this origin server does of the DICOM web services (PS3.18), in the order of PS3.2. Each line comes from the records, tables and
operations that the tests are traced to. Supported means that a passing test proves it; what is still to come is called planned, and what
is left out stands in section 8.

## 1. Overview

${grid(
  ['Service', 'Role', 'Operations', 'Planned'],
  Array.from(services, ([service, all]) => {
    const later = all.filter((each) => each.planned !== undefined);
    return [service, 'origin server', `${all.length - later.length}`, `${later.length}`];
  }),
)}

SOP Classes: every Storage SOP Class is stored and retrieved. An instance is rendered where its resource category (section 4.3) has a
Rendered Media Type; retired and private SOP Classes are treated by what they contain.

## 2. Implementation model

One process, an origin server over HTTP/1.1. An AE title of the service root names an archive of its own. An instance is kept byte for byte
as it was received and is acknowledged when it is durable.

## 3. References

${grid(
  ['Document', 'Edition', 'Used for'],
  sources.map(({ title, edition, role }) => [title, edition, role]),
)}

Where they are silent or contradict each other, the decision is recorded with a number:

${grid(
  ['Number', 'Subject', 'Decision'],
  decisions.map(({ number, subject, decision }) => [number, subject, decision]),
)}

## 4. Web services

### 4.1 Operations

Paths are relative to a service root, \`/dcm4chee-arc/aets/{AETitle}/rs\` or \`/dicomweb\`.

${grid(
  ['Service', 'Method', 'Path', 'Operation', 'State'],
  operations.map((each) => [
    each.service,
    each.method,
    `\`${each.path}\``,
    each.summary,
    each.planned === undefined ? 'served' : `planned: ${each.planned}`,
  ]),
)}

### 4.2 DICOM media types

${table('dicom-media-types', { resource: 'Resource', mediaType: 'Media type', packaging: 'Payload', requirementId: 'Supported' })}

Media types that have had more than one name:

${table('media-type-names', { name: 'Media type', otherNames: 'Also accepted' })}

Transfer syntaxes of bulk data. The default is taken when the request names none; what cannot be produced for an instance is answered
with 406. application/dicom is sent in Explicit VR Little Endian unless the request names another transfer syntax.

${table('bulk-data-transfer-syntaxes', { mediaType: 'Media type', transferSyntaxUID: 'Transfer Syntax UID', name: 'Name', default: 'Default' })}

### 4.3 Rendered Media Types

${table('resource-categories', { category: 'Resource category', definition: 'Definition' })}

${table('rendered-media-types', { category: 'Resource category', mediaType: 'Media type', URI: 'URI', RS: 'RS', requirementId: 'Supported' })}

Additional media types of this origin server:

${table('additional-rendered-media-types', { category: 'Resource category', mediaType: 'Media type' })}

### 4.4 Query parameters

${table('retrieve-rendered-query-parameters', { key: 'Parameter', values: 'Values', targetResource: 'Target', clause: 'Clause', requirementId: 'Supported' })}

\`accept\` names acceptable media types (6.1.1.5). Names are case-sensitive; unknown parameters are ignored.

### 4.5 Status codes

Retrieve Rendered:

${table('retrieve-rendered-status-codes', { status: 'Status', reason: 'Reason', meaning: 'Meaning', requirementId: 'Supported' })}

Store:

${table('store-instances-status-codes', { status: 'Status', reason: 'Reason', service: 'Service status', meaning: 'Meaning', requirementId: 'Supported' })}

Failure Reason (0008,1197):

${table('store-instances-failure-reasons', { hex: 'Code', meaning: 'Meaning', source: 'Source' })}

Warning Reason (0008,1196):

${table('store-instances-warning-reasons', { hex: 'Code', meaning: 'Meaning' })}

### 4.6 Connections

The number of simultaneous requests is configurable and unlimited by default.

## 5. Character sets

Charset names and Defined Terms (0008,0005) that correspond:

${table('character-sets', { charset: 'Charset', definedTerms: 'Defined Terms', language: 'Languages', requirementId: 'Supported' })}

## 6. Security

Authentication of the user agent: ${supportOf(requirements, 'R-002-015')}. Authorization: ${supportOf(requirements, 'R-002-016')}.

## 7. Planned

${grid(
  ['Capability', 'Requirements'],
  Array.from(planned, ([capability, all]) => [capability, all.map(({ id }) => id).join(' ')]),
)}

## 8. Exceptions

${grid(
  ['Reason', 'Requirements'],
  Array.from(exceptions, ([reason, all]) => [reason, all.map(({ id }) => id).join(' ')]),
)}
`;
}

/** What may be claimed of a requirement; what is left out on this machine was proven where nothing is. */
function supportOf(requirements: readonly TracedRequirement[], id: string): string {
  const { state, planned } = requirements.find((each) => each.id === id)!;
  if (state === 'planned') return `planned: ${planned}`;
  if (state === 'exception') return 'no';
  return state === 'proven' || state === 'left out' ? 'yes' : 'not proven';
}

function tableGrid(
  tables: ReadonlyMap<string, Table>,
  name: string,
  columns: Readonly<Record<string, string>>,
  requirements: readonly TracedRequirement[],
): string {
  const found = tables.get(name);
  if (found === undefined) throw new Error(`there is no table ${name}`);
  const rows = found.rows.map((row) =>
    Object.keys(columns).map((key) =>
      key === 'requirementId' ? supportOf(requirements, String(row[key])) : cellText(row[key]),
    ),
  );
  return grid(Object.values(columns), rows);
}

function cellText(cell: Table['rows'][number][string] | undefined): string {
  if (cell === undefined || cell === null || cell === false) return '';
  if (cell === true) return 'yes';
  return Array.isArray(cell) ? cell.join(', ') : String(cell);
}

/** A table in Markdown. */
function grid(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('<', '\\<')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
