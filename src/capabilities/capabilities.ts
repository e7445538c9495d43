import document from '../../generated/openapi.json' with { type: 'json' };
import { operations } from '../../generated/operations.ts';
import { characterSets } from '../../generated/tables.ts';

/** What an origin server can do: the content of the Retrieve Capabilities response, in any of its forms. */
export interface Capabilities {
  readonly title: string;
  readonly notes: readonly CapabilityNote[];
  /** Service root that the paths are relative to. */
  readonly base: string;
  readonly resources: readonly CapabilityResource[];
}

export interface CapabilityNote {
  readonly title: string;
  readonly text: string;
}

export interface CapabilityResource {
  /** Template of the resource, without a slash at its beginning. */
  readonly path: string;
  readonly methods: readonly CapabilityMethod[];
}

export interface CapabilityMethod {
  readonly name: string;
  readonly id: string;
  readonly summary: string;
  readonly parameters: readonly CapabilityParameter[];
  /** Media types that the request's body may have. */
  readonly requests: readonly string[];
  readonly responses: readonly { readonly status: number; readonly mediaTypes: readonly string[] }[];
}

export interface CapabilityParameter {
  readonly name: string;
  readonly style: 'template' | 'query' | 'header';
  readonly required: boolean;
  readonly summary: string;
}

/** The parts of the API description that capabilities are made of. */
interface Described {
  readonly paths: Readonly<
    Record<string, { readonly parameters?: readonly Reference[] } & Readonly<Record<string, DescribedOperation>>>
  >;
  readonly components: {
    readonly parameters: Readonly<Record<string, DescribedParameter>>;
    readonly requestBodies: Readonly<Record<string, { readonly content: object }>>;
  };
}

interface Reference {
  readonly $ref: string;
}

interface DescribedOperation {
  readonly summary: string;
  readonly parameters?: readonly Reference[];
  readonly requestBody?: Reference;
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly 'x-planned'?: string }>> }>
  >;
}

interface DescribedParameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description: string;
}

const described = document as unknown as Described;

/** Accept cannot be a parameter of its own in the API description; here it can. */
const accept: CapabilityParameter = {
  name: 'Accept',
  style: 'header',
  required: true,
  summary: 'Acceptable Media Types (Sup174 6.1.1.6).',
};

const notes: readonly CapabilityNote[] = [
  {
    title: 'Character sets',
    text: `Understood by name in charset and Accept-Charset: ${[...new Set(['UTF-8', ...characterSets.map(({ charset }) => charset)])].join(', ')}, and the DICOM Defined Terms of these.`,
  },
  {
    title: 'SOP Classes',
    text: 'Instances of every composite Storage SOP Class can be stored and retrieved; those with pixel data can be rendered.',
  },
  {
    title: 'Annotation keywords',
    text: 'patient and technique; procedure is an additional keyword that means technique.',
  },
  {
    title: 'Methods',
    text: 'HEAD is supported wherever GET is; OPTIONS is supported on every resource and describes that resource.',
  },
];

/**
 * The capabilities of a service root, or of one resource below it; read from the API description; what is planned is left out.
 *
 * PS3.18 8.9, Sup174 6.1.2, 6.5.8.
 *
 * @param resource template such as /studies/{study}; "/" for all resources
 * @param videoMediaTypes what images that follow each other in time are encoded as; none without an encoder
 * @requirement R-001-163
 * @requirement R-001-248
 * @requirement R-001-272
 * @requirement R-001-293
 */
export function capabilitiesOf(
  resource: string,
  serviceRoot: string,
  videoMediaTypes: readonly string[],
): Capabilities {
  const built = operations.filter(
    ({ root, planned, path }) => root === 'service' && planned === undefined && path !== '/',
  );
  const paths = [...new Set(built.map(({ path }) => path))].filter((path) => resource === '/' || path === resource);
  return {
    title: 'Fiducial',
    notes: [...notes, videoNote(videoMediaTypes)],
    base: `${serviceRoot}/`,
    resources: paths.map((path) => ({
      path: path.slice(1),
      methods: built
        .filter((operation) => operation.path === path)
        .map(({ method, operationId }) => methodOf(path, method, operationId)),
    })),
  };
}

function videoNote(videoMediaTypes: readonly string[]): CapabilityNote {
  const stored = 'A stored video is sent as video/mpeg, video/mp4 or video/H265 without a change.';
  return {
    title: 'Video',
    text:
      videoMediaTypes.length === 0
        ? `${stored} No encoder is installed: a multi-frame image that is time based has the Resource Category Multi-Frame Image.`
        : `${stored} A multi-frame image that is time based has the Resource Category Video and is encoded as ${videoMediaTypes.join(', ')}, at a constant frame rate; it is sent as an animated image/gif too.`,
  };
}

function methodOf(path: string, name: string, id: string): CapabilityMethod {
  const item = described.paths[path]!;
  const operation = item[name.toLowerCase()]!;
  const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])].map((reference) =>
    parameterOf(reference),
  );
  const body =
    operation.requestBody === undefined
      ? undefined
      : described.components.requestBodies[nameOf(operation.requestBody)]!;
  return {
    name,
    id,
    summary: operation.summary,
    parameters: [...parameters, accept],
    requests: Object.keys(body?.content ?? {}),
    responses: Object.entries(operation.responses)
      .filter(([, { content }]) => content !== undefined)
      .map(([status, { content }]) => ({ status: Number(status), mediaTypes: builtMediaTypes(content!) })),
  };
}

function builtMediaTypes(content: Readonly<Record<string, { readonly 'x-planned'?: string }>>): readonly string[] {
  return Object.keys(content).filter((mediaType) => content[mediaType]!['x-planned'] === undefined);
}

function parameterOf(reference: Reference): CapabilityParameter {
  const { name, in: place, required, description } = described.components.parameters[nameOf(reference)]!;
  return {
    name,
    style: place === 'path' ? 'template' : place === 'query' ? 'query' : 'header',
    required: required ?? false,
    summary: description,
  };
}

function nameOf({ $ref }: Reference): string {
  return $ref.slice($ref.lastIndexOf('/') + 1);
}
