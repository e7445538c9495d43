/**
 * Content-Disposition with a file name: in ASCII for every user agent, and in full where it has other characters.
 * RFC 6266 4.3, RFC 8187 3.2.
 */
export function contentDisposition(type: 'inline' | 'attachment', path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const ascii = name.replace(/[^\x20-\x7e]/g, '_').replace(/["\\]/g, '_');
  const extended = ascii === name ? '' : `; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, percent)}`;
  return `${type}; filename="${ascii}"${extended}`;
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
