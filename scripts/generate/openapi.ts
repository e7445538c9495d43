import path from 'node:path';
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';
import type { GeneratedFile } from './generated-file.ts';
import { type ApiDocument, bundle, sourceFolder } from './openapi-bundle.ts';
import { operationsModule } from './openapi-operations.ts';

const script = 'scripts/generate/openapi.ts';

/** The API description in one file, its types, and the table and types of its operations. */
export async function generateOpenApi(): Promise<readonly GeneratedFile[]> {
  const { document, sources } = bundle();
  return [
    { path: 'openapi.json', script, sources, content: `${JSON.stringify(document, null, 2)}\n` },
    { path: 'openapi.d.ts', script, sources: [rootFile()], content: await declarations(document) },
    { path: 'operations.ts', script, sources: [rootFile()], content: operationsModule(document) },
  ];
}

function rootFile(): string {
  return path.posix.join(sourceFolder, 'openapi.yaml');
}

async function declarations(document: ApiDocument): Promise<string> {
  return astToString(await openapiTS(document as unknown as OpenAPI3));
}
