/** A token that needs no quotes (RFC 9110 5.6.2). */
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** The value that a quoted-string stands for (RFC 9110 5.6.4): without its quotes, each quoted pair as its second character. */
export function unquote(quoted: string): string {
  const inner = quoted.slice(1, -1);
  return inner.includes('\\') ? inner.replace(/\\(.)/gs, '$1') : inner;
}

/** A value as a quoted-string. */
export function quote(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}

/** A value as a token where it is one, as a quoted-string otherwise. */
export function quoteUnlessToken(value: string): string {
  return token.test(value) ? value : quote(value);
}
