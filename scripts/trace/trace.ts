/**
 * Follows every requirement to where it is met and to the tests of the last whole run that prove it: `npm run trace`.
 * Writes generated/conformance. With --check it writes nothing, and fails where the chain is broken or the committed files differ.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../generate/generated-file.ts';
import { readRegistry } from '../generate/requirements.ts';
import { readTables } from '../generate/tables.ts';
import { readCitations } from './citations.ts';
import { conformanceStatement, readOperations } from './conformance-statement.ts';
import { matrixCsv, matrixJson, traceabilitySnapshot } from './matrix.ts';
import { matrixPage } from './matrix-page.ts';
import { readTestReport } from './test-report.ts';
import { states, traceRequirements } from './traceability.ts';

const registry = readRegistry();
const report = readTestReport(path.join(root, 'test-report/requirements.json'));
const { requirements, problems } = traceRequirements(registry.requirements, readCitations(root), report);
const folder = path.join(root, 'generated/conformance');

/** The same on every machine, and committed. */
const committed: Readonly<Record<string, string>> = {
  'traceability.txt': traceabilitySnapshot(requirements),
  'conformance-statement.md': conformanceStatement(
    registry,
    requirements,
    readTables(),
    readOperations(path.join(root, 'generated/openapi.json')),
  ),
};

if (process.argv.includes('--check')) {
  const differing = Object.entries(committed)
    .filter(
      ([file, content]) =>
        !existsSync(path.join(folder, file)) || readFileSync(path.join(folder, file), 'utf8') !== content,
    )
    .map(([file]) => `generated/conformance/${file} is not what npm run trace makes`);
  for (const problem of [...problems, ...differing]) console.error(problem);
  if (problems.length + differing.length > 0) process.exitCode = 1;
} else {
  const files = {
    ...committed,
    'matrix.html': matrixPage(requirements, registry.sources, registry.decisions),
    'matrix.json': matrixJson(requirements),
    'matrix.csv': matrixCsv(requirements),
  };
  mkdirSync(folder, { recursive: true });
  for (const [file, content] of Object.entries(files)) writeFileSync(path.join(folder, file), content);
  for (const problem of problems) console.error(problem);
}
const counts = states.map((state) => `${requirements.filter((each) => each.state === state).length} ${state}`);
console.log(`requirements: ${counts.join(', ')}`);
