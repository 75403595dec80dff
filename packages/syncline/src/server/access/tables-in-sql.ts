/** Finds the tables that a piece of SQL reads, from its text: what stands after `from`, `join` and the commas of a from-list. */

export interface TablesInSql {
  /** As in the database: `account_users`, `crm.accounts`; `public.` is left out. */
  readonly tables: ReadonlySet<string>
  /** Functions of the application's: what they read cannot be seen from outside. */
  readonly functions: ReadonlySet<string>
}

interface Token {
  readonly kind: 'name' | 'symbol'
  readonly text: string
  readonly isQuoted: boolean
}

const TOKEN =
  /--[^\n]*|\/\*[\s\S]*?\*\/|[eEbBxX]?'(?:[^']|'')*'|\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$|"(?:[^"]|"")+"|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|\$\d+|[(),.;]|[^\s]/g

/** Words that end a from-list. */
const ENDS_FROM = new Set(
  'where group having window order limit offset fetch for union intersect except returning select set on using'.split(
    ' ',
  ),
)
const BEFORE_TABLE = new Set(['only', 'lateral'])
/** Words before a parenthesis that are no functions, and functions of PostgreSQL that rules use. */
const BUILT_IN = new Set(
  `exists in any all some and or not as on over filter values array row case when then else end select from where with using distinct
  coalesce nullif greatest least lower upper trim btrim ltrim rtrim length char_length left right substring replace concat concat_ws
  split_part strpos position starts_with format now current_date current_timestamp date_trunc date_part extract age make_interval to_char
  to_date to_timestamp cast count sum min max avg bool_and bool_or every array_agg string_agg json_agg jsonb_agg unnest
  array_length cardinality array_position array_remove array_append generate_series jsonb_array_elements jsonb_array_elements_text
  jsonb_each jsonb_exists jsonb_build_object jsonb_build_array to_jsonb to_json abs ceil floor round mod md5 nullif clock_timestamp
  row_number rank dense_rank lag lead first_value last_value int integer bigint text uuid numeric interval varchar timestamp materialized union except intersect
  is between like ilike similar returning conflict`.split(/\s+/),
)

/** Reads the text; comments and strings are skipped, names of common table expressions are no tables. */
export function tablesInSql(text: string): TablesInSql {
  const tokens = tokensOf(text)
  const tables = new Set<string>()
  const functions = new Set<string>()
  const expressions = commonTableExpressions(tokens)
  // One entry per open parenthesis: whether a table name may come next, and whether a comma starts another.
  const depths = [{ expectsTable: false, isFrom: false }]
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] as Token
    const here = depths[depths.length - 1] as (typeof depths)[number]
    if (token.kind === 'symbol') {
      if (token.text === '(') depths.push({ expectsTable: here.expectsTable, isFrom: here.expectsTable })
      else if (token.text === ')' && depths.length > 1) depths.pop()
      else if (token.text === ',' && here.isFrom) here.expectsTable = true
      if (token.text === ')') (depths[depths.length - 1] as typeof here).expectsTable = false
      continue
    }
    const word = token.isQuoted ? '' : token.text
    if (word === 'from' && !isDistinctFrom(tokens, index) && !isInsideCall(tokens, index)) {
      here.isFrom = true
      here.expectsTable = true
    } else if (word === 'join' || word === 'table') here.expectsTable = true
    else if (ENDS_FROM.has(word)) {
      if (word !== 'on' && word !== 'using') here.isFrom = false
      here.expectsTable = false
    } else if (here.expectsTable && !BEFORE_TABLE.has(word)) {
      const [name, last] = qualifiedName(tokens, index)
      index = last
      here.expectsTable = false
      if (tokens[last + 1]?.text === '(' && !isAliasList(tokens, last)) noteFunction(functions, name)
      else if (!expressions.has(name)) tables.add(name.replace(/^public\./, ''))
    } else {
      const [name, last] = qualifiedName(tokens, index)
      if (tokens[last + 1]?.text === '(' && tokens[index - 1]?.text !== 'as' && !expressions.has(name))
        noteFunction(functions, name)
      index = last
    }
  }
  return { tables, functions }
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  for (const [match] of text.matchAll(TOKEN)) {
    if (
      match.startsWith('--') ||
      match.startsWith('/*') ||
      /^[eEbBxX]?'/.test(match) ||
      match.startsWith('$')
    )
      continue
    if (match.startsWith('"') && match.length > 2) {
      tokens.push({ kind: 'name', text: match.slice(1, -1).replaceAll('""', '"'), isQuoted: true })
    } else if (/^[A-Za-z_\u0080-\uffff]/.test(match))
      tokens.push({ kind: 'name', text: match.toLowerCase(), isQuoted: false })
    else tokens.push({ kind: 'symbol', text: match, isQuoted: false })
  }
  return tokens
}

/** Names in `with a as (…), b (x) as materialized (…)`. */
function commonTableExpressions(tokens: readonly Token[]): ReadonlySet<string> {
  const names = new Set<string>()
  if (!tokens.some((token) => token.text === 'with')) return names
  tokens.forEach((token, index) => {
    const before = tokens[index - 1]?.text
    if (token.kind !== 'name' || !(before === 'with' || before === 'recursive' || before === ',')) return
    let next = index + 1
    if (tokens[next]?.text === '(') while (next < tokens.length && tokens[next++]?.text !== ')');
    if (tokens[next]?.text !== 'as') return
    const body = tokens[next + 1]?.text
    if (body === '(' || body === 'materialized' || body === 'not') names.add(token.text)
  })
  return names
}

function qualifiedName(tokens: readonly Token[], start: number): [string, number] {
  let last = start
  let name = (tokens[start] as Token).text
  while (tokens[last + 1]?.text === '.' && tokens[last + 2]?.kind === 'name') {
    last += 2
    name += `.${(tokens[last] as Token).text}`
  }
  return [name, last]
}

/** `from t (a, b)` without `as` is rare and looks like a call; a call is never followed by a further name list. */
function isAliasList(tokens: readonly Token[], last: number): boolean {
  return tokens[last]?.isQuoted === true
}

function isDistinctFrom(tokens: readonly Token[], index: number): boolean {
  return (
    tokens[index - 1]?.text === 'distinct' &&
    (tokens[index - 2]?.text === 'is' || tokens[index - 2]?.text === 'not')
  )
}

/** `extract(year from at)`, `substring(name from 2)`, `trim(both from name)`. */
function isInsideCall(tokens: readonly Token[], index: number): boolean {
  let depth = 0
  for (let before = index - 1; before >= 0; before--) {
    const { text } = tokens[before] as Token
    if (text === ')') depth++
    else if (text === '(' && depth-- === 0) {
      const called = tokens[before - 1]?.text ?? ''
      return ['extract', 'substring', 'trim', 'overlay', 'position'].includes(called)
    }
  }
  return false
}

function noteFunction(functions: Set<string>, name: string): void {
  if (!BUILT_IN.has(name) && !name.startsWith('pg_catalog.')) functions.add(name)
}
