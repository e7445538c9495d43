import { generateDictionary } from './dictionary.ts';
import type { GeneratedFile } from './generated-file.ts';
import { generateGrammar } from './grammar.ts';
import { generateOpenApi } from './openapi.ts';
import { generateRequirements } from './requirements.ts';
import { generateTables } from './tables.ts';

/** Every generator, in the order they run. Each gives its files whole; none writes by itself. */
export const generators: readonly (() => Promise<readonly GeneratedFile[]>)[] = [
  generateDictionary,
  generateGrammar,
  generateOpenApi,
  generateRequirements,
  generateTables,
];
