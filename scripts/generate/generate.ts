/** Rebuilds `generated/` from `spec/` and `grammar/`, byte for byte. With --check it writes nothing and fails where a file differs. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type GeneratedFile, render, root } from './generated-file.ts';
import { generators } from './generators.ts';

/** Files that the trace writes after the tests have run, and the page that says what this folder is. */
const notOurs = (file: string): boolean => file === 'README.md' || file.startsWith('conformance/');

async function allFiles(): Promise<Map<string, string>> {
  const made = new Map<string, string>();
  for (const generate of generators) {
    for (const file of (await generate()) satisfies readonly GeneratedFile[]) made.set(file.path, render(file));
  }
  return made;
}

const folder = path.join(root, 'generated');
const present = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
  .filter((file) => !notOurs(file));
const wanted = await allFiles();

if (process.argv.includes('--check')) {
  const differing = [...wanted].filter(
    ([file, content]) => !present.includes(file) || readFileSync(path.join(folder, file), 'utf8') !== content,
  );
  const stray = present.filter((file) => !wanted.has(file));
  for (const [file] of differing) console.error(`generated/${file} is not what npm run generate makes`);
  for (const file of stray) console.error(`generated/${file} is made by no generator`);
  if (differing.length + stray.length > 0) process.exit(1);
  console.log(`generated: ${wanted.size} files unchanged`);
} else {
  for (const file of present) rmSync(path.join(folder, file));
  for (const [file, content] of wanted) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), content);
  }
  console.log(`generated: ${wanted.size} files written`);
}
