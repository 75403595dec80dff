/** Reads the default of a column where it is a plain value: `'G'::mpaa_rating` → `'G'`, `4.99` → `'4.99'`. */
import type { FieldKind } from '../../schema/model.ts'

/** What a declaration says about a column's default. */
export type DefaultPlan =
  | { readonly kind: 'none' }
  | { readonly kind: 'value'; readonly value: unknown }
  /** An expression that only the database can evaluate. */
  | { readonly kind: 'database' }

const NONE: DefaultPlan = { kind: 'none' }
const DATABASE: DefaultPlan = { kind: 'database' }

/** Reads `pg_get_expr` of a default. `values` are those of an enum. */
export function defaultOf(
  expression: string | null,
  kind: FieldKind,
  array: boolean,
  values: readonly string[] = [],
): DefaultPlan {
  if (expression === null) return NONE
  const bare = withoutCasts(expression)
  if (/^null$/i.test(bare)) return NONE
  const text = textOf(bare)
  if (array) return text === '{}' || /^ARRAY\[\]$/.test(bare) ? { kind: 'value', value: [] } : DATABASE
  if (text === undefined) return DATABASE
  const value = valueOf(text, bare.startsWith("'"), kind, values)
  return value === undefined ? DATABASE : { kind: 'value', value }
}

function withoutCasts(expression: string): string {
  const bare = expression.replace(/::[\w ."]+(\(\d+(,\s*\d+)?\))?(\[\])*$/, '').trim()
  const inner = /^\(([^()']*|'(?:[^']|'')*'(?:::[\w ."]+)?)\)$/.exec(bare)?.[1] ?? bare
  return inner === expression ? inner : withoutCasts(inner)
}

/** The text of a literal, quoted or not; undefined for anything else. */
function textOf(bare: string): string | undefined {
  if (/^'(?:[^']|'')*'$/.test(bare)) return bare.slice(1, -1).replaceAll("''", "'")
  return /^(-?\d+(\.\d+)?|true|false)$/.test(bare) ? bare : undefined
}

const LARGEST_INTEGER = 0x7fffffff

function valueOf(text: string, isQuoted: boolean, kind: FieldKind, values: readonly string[]): unknown {
  switch (kind) {
    case 'text':
      return isQuoted ? text : undefined
    case 'enum':
      return values.includes(text) ? text : undefined
    case 'integer':
      return /^-?\d+$/.test(text) && Math.abs(Number(text)) <= LARGEST_INTEGER ? Number(text) : undefined
    case 'bigint':
      return /^-?\d{1,18}$/.test(text) ? text : undefined
    case 'decimal':
      return /^-?\d+(\.\d+)?$/.test(text) ? text : undefined
    case 'number':
      return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined
    case 'boolean':
      return text === 'true' || text === 't' ? true : text === 'false' || text === 'f' ? false : undefined
    case 'json':
      return isQuoted ? jsonOf(text) : undefined
    default:
      return undefined
  }
}

function jsonOf(text: string): unknown {
  try {
    return (JSON.parse(text) as unknown) ?? undefined
  } catch {
    return undefined
  }
}
