import type { Capabilities, CapabilityMethod, CapabilityParameter } from './capabilities.ts';

export const wadlMediaType = 'application/vnd.sun.wadl+xml';

const indent = '  ';

/** Capabilities as a WADL document (PS3.18 8.9.4; W3C Submission of 31 August 2009). */
export function toWadl({ title, notes, base, resources }: Capabilities): string {
  const body = [
    ...notes.map((note) => doc(note.text, note.title)),
    open('resources', { base }),
    ...resources.flatMap(({ path, methods }) => [
      open('resource', { path }),
      ...(methods[0]?.parameters.filter(({ style }) => style === 'template') ?? []).map(param),
      ...methods.flatMap(method),
      '</resource>',
    ]),
    '</resources>',
  ];
  const root = open('application', { xmlns: 'http://wadl.dev.java.net/2009/02' });
  return `${['<?xml version="1.0" encoding="UTF-8"?>', ...nested([root, doc('', title), ...body, '</application>'])].join('\n')}\n`;
}

function method({ name, id, summary, parameters, requests, responses }: CapabilityMethod): readonly string[] {
  return [
    open('method', { name, id }),
    doc(summary),
    open('request'),
    ...parameters.filter(({ style }) => style !== 'template').map(param),
    ...requests.map(representation),
    '</request>',
    ...responses.flatMap(({ status, mediaTypes }) => [
      open('response', { status: String(status) }),
      ...mediaTypes.map(representation),
      '</response>',
    ]),
    '</method>',
  ];
}

function param({ name, style, required, summary }: CapabilityParameter): string {
  return `${open('param', { name, style, type: 'xs:string', required: String(required) })}${doc(summary)}</param>`;
}

function representation(mediaType: string): string {
  return `<representation mediaType="${escapeXml(mediaType)}"/>`;
}

function doc(text: string, title?: string): string {
  return `${open('doc', title === undefined ? {} : { title })}${escapeXml(text)}</doc>`;
}

function open(element: string, attributes: Readonly<Record<string, string>> = {}): string {
  const written = Object.entries(attributes).map(([name, value]) => ` ${name}="${escapeXml(value)}"`);
  return `<${element}${written.join('')}>`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Lines indented by how many elements are open around them. */
function nested(lines: readonly string[]): readonly string[] {
  let depth = 0;
  return lines.map((line) => {
    if (line.startsWith('</')) depth -= 1;
    const indented = indent.repeat(depth) + line;
    if (/^<[^/?]/.test(line) && !line.includes('</') && !line.endsWith('/>')) depth += 1;
    return indented;
  });
}
