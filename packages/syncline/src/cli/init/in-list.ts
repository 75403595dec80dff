/** Reads the texts that a check allows: `CHECK (((status)::text = ANY ((ARRAY['a'::text, 'b'::text])::text[])))`. */

/** The allowed texts, in order; undefined when the check says something else, or also something else. */
export function inListOf(definition: string): string[] | undefined {
  const [, expression] = /^CHECK \(([\s\S]*)\)( NOT VALID)?$/.exec(definition) ?? []
  if (expression === undefined) return undefined
  const tokens = withoutCasts(tokensOf(expression)).join(' ')
  const inList = /^(?:\w+|"(?:[^"]|"")+") = (?:ANY ARRAY \[ )?('[^]*?')(?: \])?$/.exec(tokens)
  return (inList && literalsOf(inList[1] as string, ' , ')) ?? equalities(tokens)
}

/** `status = 'a' OR status = 'b'`. */
function equalities(tokens: string): string[] | undefined {
  const parts = tokens.split(' OR ').map((part) => /^(\S+) = ('(?:[^']|'')*')$/.exec(part))
  const column = parts[0]?.[1]
  if (column === undefined || !parts.every((part) => part?.[1] === column)) return undefined
  return parts.map((part) => unquoted(part?.[2] as string))
}

function literalsOf(list: string, separator: string): string[] | undefined {
  const literals = list.match(/'(?:[^']|'')*'/g) ?? []
  return literals.join(separator) === list ? literals.map(unquoted) : undefined
}

const unquoted = (literal: string) => literal.slice(1, -1).replaceAll("''", "'")

function tokensOf(expression: string): string[] {
  return expression.match(/'(?:[^']|'')*'|"(?:[^"]|"")+"|::|\w+|[^\s\w]/g) ?? []
}

/** Drops what changes no text: `::type` with its length and brackets, and parentheses. */
function withoutCasts(tokens: readonly string[]): string[] {
  const kept: string[] = []
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] as string
    if (token === '::') {
      while (/^[a-z_"]/i.test(tokens[at + 1] ?? '') && tokens[at + 1] !== 'OR' && tokens[at + 1] !== 'AND')
        at++
      if (tokens[at + 1] === '.') at += 2
      if (tokens[at + 1] === '(') at += 3
      if (tokens[at + 1] === '[') at += 2
    } else if (token !== '(' && token !== ')') kept.push(token)
  }
  return kept
}
