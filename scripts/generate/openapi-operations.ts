import { type ApiDocument, type ApiOperation, type JsonObject, methods } from './openapi-bundle.ts';

/** The text of operations.ts: a table of the operations, and the types that tie a handler to its operation. */
export function operationsModule(document: ApiDocument): string {
  const rows = Object.entries(document.paths).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const operation = item[method];
      if (operation?.operationId === undefined) return [];
      const planned = operation['x-planned'];
      return {
        operationId: operation.operationId,
        method: method.toUpperCase(),
        path,
        root: item['x-root'] ?? 'service',
        statuses: handlerStatuses(document, operation),
        requirements: operation['x-requirements'] ?? [],
        ...(planned === undefined ? {} : { planned }),
      };
    }),
  );
  const ids = rows.map((row) => row.operationId);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new Error(`spec/openapi: operationId ${twice} is used twice`);
  const table = rows.map((row) => `  ${JSON.stringify(row)},\n`).join('');
  return `${imports}\nconst table = [\n${table}] as const satisfies readonly Operation[];\n${types}`;
}

/** Statuses that a handler may return: those with a body other than a problem, or with none. Problems are thrown. */
function handlerStatuses(document: ApiDocument, operation: ApiOperation): readonly number[] {
  return Object.entries(operation.responses)
    .filter(([, response]) => {
      const named =
        typeof response.$ref === 'string' ? document.components.responses[response.$ref.split('/').at(-1)!]! : response;
      const mediaTypes = Object.keys((named.content ?? {}) as JsonObject);
      return !mediaTypes.includes('application/problem+json');
    })
    .map(([status]) => Number(status));
}

const imports = `import type { Readable } from 'node:stream';
import type { operations as Documented } from './openapi.d.ts';

export type Method = 'GET' | 'HEAD' | 'POST' | 'OPTIONS';

export interface Operation {
  readonly operationId: keyof Documented;
  readonly method: Method;
  /** Template of the target resource, below its root. */
  readonly path: string;
  /** What the path is below: a service root, the archive of an AE title, or the server. */
  readonly root: 'service' | 'archive' | 'server';
  /** Statuses that the handler may return. */
  readonly statuses: readonly number[];
  readonly requirements: readonly string[];
  /** Capability that will bring the operation; until then it answers 501. */
  readonly planned?: string;
}
`;

const types = `
export const operations: readonly Operation[] = table;

type Row = (typeof table)[number];

export type OperationId = Row['operationId'];

/** Operations that are described but not built yet. */
export type PlannedOperationId = Extract<Row, { readonly planned: string }>['operationId'];

/** Percent-decoded values of the variables in the path. */
export type PathParameters<Id extends OperationId> = Documented[Id]['parameters']['path'] extends infer Path
  ? { readonly [Name in keyof (Path & {})]: string }
  : never;

export type ResponseStatus<Id extends OperationId> = Extract<Row, { readonly operationId: Id }>['statuses'][number];

export interface OperationRequest<Id extends OperationId> {
  readonly operationId: Id;
  readonly method: Method;
  /** Template of the target resource, such as /studies/{study}. */
  readonly resource: string;
  readonly path: PathParameters<Id>;
  /** The query component as it was sent, without "?". */
  readonly query: string;
  /** Names in lower case; a field that was sent several times is joined with commas. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Readable;
  readonly aeTitle: string;
  /** Absolute URL without a slash at its end, such as http://127.0.0.1:8080/dicomweb. */
  readonly serviceRoot: string;
  /** Aborted when the client has gone away. */
  readonly signal: AbortSignal;
}

export interface OperationResponse<Id extends OperationId> {
  readonly status: ResponseStatus<Id>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string | AsyncIterable<Uint8Array>;
}

export type Handler<Id extends OperationId> = (request: OperationRequest<Id>) => Promise<OperationResponse<Id>>;

/** A handler for each operation that is built; an operation that is not must be named as planned. */
export type Handlers = { readonly [Id in OperationId]: Id extends PlannedOperationId ? 'planned' : Handler<Id> };
`;
