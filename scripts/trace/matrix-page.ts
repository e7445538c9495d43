import type { Decision, Source } from '../generate/requirements.ts';
import { reasonOf } from './matrix.ts';
import { needsProof, type State, states, type TracedRequirement } from './traceability.ts';

const meanings: Readonly<Record<State, string>> = {
  proven: 'a passing test names it',
  'left out': 'its tests need a program or a corpus that this machine lacks',
  implemented: 'code names it, no test does',
  'by construction': 'grammar, routes or the HTTP server cannot do otherwise',
  planned: 'a capability that is still to come',
  exception: 'not met, for a stated reason',
  'not binding': 'a definition, a note or a matter of the user agent that nothing names',
  missing: 'nothing names it, although it asks something of an origin server',
};

/** The matrix for people: one page that needs no network, to be read from the top. */
export function matrixPage(
  requirements: readonly TracedRequirement[],
  sources: readonly Source[],
  decisions: readonly Decision[],
): string {
  const binding = requirements.filter(needsProof);
  const proven = binding.filter(({ state }) => state === 'proven').length;
  const rest = binding.filter(({ state }) => state !== 'proven');
  const clauses = [...new Set(requirements.map(({ clause }) => clause))];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Traceability matrix</title>
<style>${style}</style>
<h1>Traceability matrix</h1>
<p>Every statement of the documents below, what became of it in this origin server, and the tests that showed it in the last whole run.
<strong>${proven} of the ${binding.length}</strong> statements that bind an origin server (shall, shall not, rows of tables) are proven by a
passing test${rest.length === 0 ? '' : `; the others are ${tally(rest)}`}.</p>
<table class="summary">
<tr><th>Document<th>Edition${states.map((state) => `<th title="${meanings[state]}">${state}`).join('')}<th>all
${sources.map((source) => summaryRow(source, requirements)).join('\n')}
</table>
<dl>${states.map((state) => `<dt class="${css(state)}">${state}<dd>${meanings[state]}`).join('')}</dl>
<form>
<input type="search" name="words" placeholder="id or words" aria-label="id or words">
<select name="clause" aria-label="clause"><option value="">every clause${clauses.map((clause) => `<option>${html(clause)}`).join('')}</select>
<select name="state" aria-label="state"><option value="">every state${states.map((state) => `<option>${state}`).join('')}</select>
<label><input type="checkbox" name="binding"> only what binds an origin server</label>
<output></output>
</form>
<table class="matrix">
<thead><tr><th>Id<th>Clause<th>Statement<th>State<th>Where and proof
<tbody>
${requirements.map((requirement) => matrixRow(requirement, decisions)).join('\n')}
</table>
<script>${script}</script>
</html>
`;
}

function tally(requirements: readonly TracedRequirement[]): string {
  return states
    .map((state) => ({ state, count: requirements.filter((each) => each.state === state).length }))
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => `${state} (${count})`)
    .join(', ');
}

function summaryRow(source: Source, requirements: readonly TracedRequirement[]): string {
  const own = requirements.filter((requirement) => requirement.source === source.key);
  if (own.length === 0) return '';
  const counts = states.map((state) => own.filter((requirement) => requirement.state === state).length);
  const copy = source.sha256 === undefined ? '' : ` title="SHA-256 of the copy: ${source.sha256}"`;
  const cells = [...counts, own.length].map((count) => `<td class="count">${count}`);
  return `<tr><td${copy}>${html(source.title)}<td>${html(source.edition)}${cells.join('')}`;
}

function matrixRow(requirement: TracedRequirement, decisions: readonly Decision[]): string {
  const { id, clause, locator, level, actor, summary, observable, current, remark, state, citations, tests } =
    requirement;
  const reason = reasonOf(requirement);
  const decided = decisions.filter(({ number }) => requirement.decision?.includes(number));
  const details = [
    `<p><b>Over HTTP</b> ${html(observable)}`,
    ...(remark === undefined ? [] : [`<p><b>Remark</b> ${html(remark)}`]),
    ...decided.map(({ number, subject, decision }) => `<p><b>${number} ${html(subject)}</b> ${html(decision)}`),
    ...(current === undefined ? [] : [`<p><b>Today</b> ${html(current)}`]),
  ];
  const places = citations.map(({ file, name }) => `<li><a href="../../${file}">${file}</a> ${html(name)}`);
  const proofs = tests.map(
    (test) => `<li class="${test.state}"><a href="../../${test.file}">${test.file}</a> ${html(test.title)}`,
  );
  const where = [...proofs, ...places];
  return [
    `<tr id="${id}" data-clause="${html(clause)}" data-state="${state}"${needsProof(requirement) ? ' data-binding' : ''}>`,
    `<td><a href="#${id}">${id}</a>`,
    `<td>${html(clause)}<small>${html(locator)}</small>`,
    `<td><details><summary>${html(summary)}</summary>${details.join('')}</details><small>${actor}, ${level}</small>`,
    `<td><span class="${css(state)}">${state}</span>${reason === undefined ? '' : `<small>${html(reason)}</small>`}`,
    where.length === 0
      ? '<td>'
      : `<td><details><summary>tests: ${tests.length}, places: ${citations.length}</summary><ul>${where.join('')}</ul></details>`,
  ].join('');
}

function css(state: State): string {
  return state.replaceAll(' ', '-');
}

function html(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

const style = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { max-width: 110rem; margin: 2rem auto; padding: 0 1.5rem }
table { border-collapse: collapse; width: 100% }
th { text-align: left; font-weight: 600 }
td, th { padding: .35rem .6rem; border-bottom: 1px solid #8884; vertical-align: top }
td.count { text-align: right }
.matrix { table-layout: fixed }
.matrix th:nth-child(1) { width: 6.5rem } .matrix th:nth-child(2) { width: 11rem } .matrix th:nth-child(4) { width: 15rem }
.matrix th:nth-child(5) { width: 26rem }
thead th { position: sticky; top: 0; background: Canvas }
small { display: block; opacity: .7 }
ul { margin: .3rem 0; padding-left: 1.1rem } li { overflow-wrap: anywhere }
li.failed { color: #c22 } li.skipped { opacity: .6 }
summary { cursor: pointer } details p { margin: .4rem 0 .4rem 1rem }
a { color: inherit }
form { display: flex; gap: .8rem; align-items: center; margin: 1.5rem 0 .8rem; flex-wrap: wrap }
input[type=search] { width: 18rem } select { max-width: 16rem } output { margin-left: auto; opacity: .7 }
dl { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; margin: 1rem 0 } dd { margin: 0 .8rem 0 .4rem; opacity: .8 } dt { float: left }
span[class], dt { padding: 0 .5rem; border-radius: .7rem; background: #8883; white-space: nowrap }
.proven { background: #2a83 } .missing { background: #c338 } .implemented, .by-construction { background: #28c4 }
.planned, .left-out { background: #ca14 }
tr:target { outline: 2px solid #28c }
`;

const script = `
const form = document.forms[0], rows = [...document.querySelectorAll('.matrix tbody tr')];
const texts = rows.map((row) => row.textContent.toLowerCase());
function filter() {
  const { words, clause, state, binding } = form.elements;
  const wanted = words.value.toLowerCase().split(/\\s+/);
  let shown = 0;
  rows.forEach((row, i) => {
    row.hidden = !(wanted.every((word) => texts[i].includes(word)) && (clause.value === '' || row.dataset.clause === clause.value) &&
      (state.value === '' || row.dataset.state === state.value) && (!binding.checked || 'binding' in row.dataset));
    if (!row.hidden) shown++;
  });
  form.querySelector('output').textContent = shown + ' of ' + rows.length;
}
form.addEventListener('input', filter);
form.addEventListener('submit', (event) => event.preventDefault());
filter();
`;
