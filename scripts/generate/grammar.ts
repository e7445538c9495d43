/** From `grammar/*.abnf` to parsers and to arbitraries that draw from the same rules. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import peggy from 'peggy';
import { type GeneratedFile, root } from './generated-file.ts';
import type { Grammar } from './grammar/expression.ts';
import { mergeCharacters } from './grammar/merge-characters.ts';
import { orderAlternatives } from './grammar/order-alternatives.ts';
import { type ParserPlan, parserPlans } from './grammar/parsers.ts';
import { printArbitraries } from './grammar/print-arbitraries.ts';
import { printDeclarations } from './grammar/print-declarations.ts';
import { printPeggy, slug } from './grammar/print-peggy.ts';
import { grammarFiles, readGrammar } from './grammar/read-abnf.ts';
import { tightenParser } from './grammar/tighten-parser.ts';

const script = 'scripts/generate/grammar.ts';
const combinators = 'scripts/generate/grammar/drawn.ts';

export async function generateGrammar(): Promise<readonly GeneratedFile[]> {
  const grammar = readGrammar();
  const drawn = readFileSync(path.join(root, combinators), 'utf8');
  return [
    { path: 'arbitraries/drawn.ts', script, sources: [combinators], content: drawn },
    ...parserPlans.flatMap((plan) => parserFiles(grammar, plan)),
  ];
}

function parserFiles(grammar: Grammar, plan: ParserPlan): readonly GeneratedFile[] {
  const nodes = new Set([...plan.start, ...plan.nodes]);
  const rules = printPeggy(orderAlternatives(mergeCharacters(grammar, nodes)), plan);
  const parser = peggy.generate(rules, {
    output: 'source',
    format: 'es',
    allowedStartRules: plan.start.map(slug),
    grammarSource: `${plan.name}.peggy`,
  });
  const file = (name: string, content: string): GeneratedFile => ({
    path: name,
    script,
    sources: grammarFiles,
    content,
  });
  return [
    file(`grammar/${plan.name}.peggy`, rules),
    file(`parsers/${plan.name}.js`, tightenParser(parser)),
    file(`parsers/${plan.name}.d.ts`, printDeclarations(plan)),
    file(`arbitraries/${plan.name}.ts`, printArbitraries(grammar, plan)),
  ];
}
