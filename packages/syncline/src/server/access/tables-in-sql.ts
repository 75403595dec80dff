/** Finds the tables that a piece of SQL reads, from its text: what stands after `from`, `join` and the commas of a from-list. */
import { type Token, splitSql } from './split-sql.ts'

export interface TablesInSql {
  /** As in the database: `account_users`, `crm.accounts`; `public.` is left out. */
  readonly tables: ReadonlySet<string>
  /** Functions of the application's: what they read cannot be seen from outside. */
  readonly functions: ReadonlySet<string>
}

/** Words that end a from-list. */
const ENDS_FROM = new Set(
  'where group having window order limit offset fetch for union intersect except returning select set on using'.split(
    ' ',
  ),
)
const AFTER_JOIN = new Set(['on', 'using'])
const STARTS_TABLE = new Set(['join', 'table'])
const BEFORE_TABLE = new Set(['only', 'lateral'])
/** Words before a parenthesis that are no functions, and functions of PostgreSQL that rules use. */
const BUILT_IN = new Set(
  `exists in any all some and or not as on over filter values array row case when then else end select from where with using distinct
  lateral only coalesce nullif greatest least lower upper trim btrim ltrim rtrim length char_length left right substring replace concat concat_ws
  split_part strpos position starts_with format now current_date current_timestamp date_trunc date_part extract age make_interval to_char
  to_date to_timestamp cast count sum min max avg bool_and bool_or every array_agg string_agg json_agg jsonb_agg unnest
  array_length cardinality array_position array_remove array_append generate_series jsonb_array_elements jsonb_array_elements_text
  jsonb_each jsonb_exists jsonb_build_object jsonb_build_array to_jsonb to_json abs ceil floor round mod md5 nullif clock_timestamp
  row_number rank dense_rank lag lead first_value last_value int integer bigint text uuid numeric interval varchar timestamp materialized union except intersect
  is between like ilike similar returning conflict`.split(/\s+/),
)

/** Reads the text; comments and strings are skipped, names of common table expressions are no tables. */
export function tablesInSql(text: string): TablesInSql {
  const tokens = splitSql(text)
  const reader = new Reader(tokens, commonTableExpressions(tokens))
  while (reader.step());
  return reader
}

/** Walks over the tokens and knows, per open parenthesis, whether a table name may come next. */
class Reader implements TablesInSql {
  readonly tables = new Set<string>()
  readonly functions = new Set<string>()
  readonly #tokens: readonly Token[]
  readonly #expressions: ReadonlySet<string>
  readonly #depths = [{ expectsTable: false, isFrom: false }]
  #index = 0

  constructor(tokens: readonly Token[], expressions: ReadonlySet<string>) {
    this.#tokens = tokens
    this.#expressions = expressions
  }

  /** Reads one token, or one qualified name; false at the end. */
  step(): boolean {
    const token = this.#tokens[this.#index]
    if (!token) return false
    if (token.kind === 'symbol') this.#symbol(token.text)
    else if (!token.isQuoted && this.#keyword(token.text)) this.#index++
    else this.#name()
    return true
  }

  get #here() {
    return this.#depths[this.#depths.length - 1] as { expectsTable: boolean; isFrom: boolean }
  }

  #symbol(text: string): void {
    this.#index++
    if (text === ',' && this.#here.isFrom) this.#here.expectsTable = true
    if (text === '(')
      this.#depths.push({ expectsTable: this.#here.expectsTable, isFrom: this.#here.expectsTable })
    if (text !== ')') return
    if (this.#depths.length > 1) this.#depths.pop()
    this.#here.expectsTable = false
  }

  /** True when the word steers what follows and is no name itself. */
  #keyword(word: string): boolean {
    const here = this.#here
    if (word === 'from') {
      const startsList =
        !isDistinctFrom(this.#tokens, this.#index) && !isInsideCall(this.#tokens, this.#index)
      if (startsList) here.isFrom = here.expectsTable = true
      return true
    }
    if (STARTS_TABLE.has(word)) here.expectsTable = true
    else if (AFTER_JOIN.has(word)) here.expectsTable = false
    else if (ENDS_FROM.has(word)) here.isFrom = here.expectsTable = false
    else return here.expectsTable && BEFORE_TABLE.has(word)
    return true
  }

  #name(): void {
    const before = this.#tokens[this.#index - 1]?.text
    const name = this.#qualifiedName()
    const isCall = this.#tokens[this.#index]?.text === '('
    const isTable = this.#here.expectsTable && !isCall
    this.#here.expectsTable = false
    if (this.#expressions.has(name)) return
    if (isTable) this.tables.add(name.replace(/^public\./, ''))
    else if (isCall && before !== 'as' && !isBuiltIn(name)) this.functions.add(name)
  }

  #qualifiedName(): string {
    let name = (this.#tokens[this.#index++] as Token).text
    while (this.#tokens[this.#index]?.text === '.' && this.#tokens[this.#index + 1]?.kind === 'name') {
      name += `.${(this.#tokens[this.#index + 1] as Token).text}`
      this.#index += 2
    }
    return name
  }
}

function isBuiltIn(name: string): boolean {
  return BUILT_IN.has(name) || name.startsWith('pg_catalog.')
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
