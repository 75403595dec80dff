/** Splits SQL text into names and symbols; comments, strings, numbered parameters and spaces are left out. */

export interface Token {
  readonly kind: 'name' | 'symbol'
  /** Lower case, unless it was quoted. */
  readonly text: string
  readonly isQuoted: boolean
}

const TOKEN =
  /--[^\n]*|\/\*[\s\S]*?\*\/|[eEbBxX]?'(?:[^']|'')*'|\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$|"(?:[^"]|"")+"|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|\$\d+|[(),.;]|[^\s]/g

/** Tokens in order; a quoted name keeps its case and loses its quotes. */
export function splitSql(text: string): Token[] {
  return [...text.matchAll(TOKEN)].flatMap(([match]) => tokenOf(match) ?? [])
}

function tokenOf(match: string): Token | undefined {
  if (/^(--|\/\*|\$|[eEbBxX]?')/.test(match)) return undefined
  if (match.startsWith('"') && match.length > 2) {
    return { kind: 'name', text: match.slice(1, -1).replaceAll('""', '"'), isQuoted: true }
  }
  if (/^[A-Za-z_\u0080-\uffff]/.test(match))
    return { kind: 'name', text: match.toLowerCase(), isQuoted: false }
  return { kind: 'symbol', text: match, isQuoted: false }
}
