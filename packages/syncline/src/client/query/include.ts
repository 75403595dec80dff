/**
 * `include`: a row together with the records it refers to, or that refer to it.
 *
 * A row with its includes is a new object only when the row or a record in it changed. A change of a
 * related record is traced back to the rows that show it through the link indexes.
 */
import type { CompiledSchema, Relation } from '../../schema/model.ts'
import { suggestion } from '../../schema/nearest-name.ts'
import { SynclineError } from '../../protocol/errors.ts'
import { compareIds } from './order.ts'
import type { AnyRow, RowChange, RowSource } from './row.ts'
import { isSameList } from './same-list.ts'

/** The relations of one query, compiled. */
export interface Includes {
  /** Models whose changes may change what the rows include. */
  readonly models: ReadonlySet<string>
  /** The rows with their related records, each the same object while nothing in it changed; forgets all others. */
  expand(rows: readonly AnyRow[]): AnyRow[]
  /** Ids of rows that may show this change of a related record. */
  owners(model: string, change: RowChange): string[]
  /** Says that related records of this row, or without an id of any row, may have changed. */
  touch(id?: string): void
}

/** What a row looked like when its includes were last read. */
interface Expansion {
  readonly row: AnyRow
  readonly expanded: AnyRow
  /** The count of touches of all rows when it was read; -1 when it was touched alone. */
  generation: number
}

type Related = AnyRow | readonly AnyRow[] | undefined

/** One relation: how to read it from a row, and which rows show a given record. */
interface Link {
  readonly name: string
  readonly models: readonly string[]
  read(row: AnyRow): Related
  owners(model: string, row: AnyRow): Iterable<string>
}

/** Compiles relation names such as `production` or `cameras`. */
export function compileIncludes(
  schema: CompiledSchema,
  model: string,
  names: readonly string[],
  source: RowSource,
): Includes | undefined {
  if (names.length === 0) return undefined
  const links = names.map((name) => linkOf(relationOf(schema, model, name), source))
  let expansions = new Map<string, Expansion>()
  let generation = 0
  const expand = (row: AnyRow): AnyRow => {
    const last = expansions.get(row.id)
    if (last?.row === row && last.generation === generation) return last.expanded
    const expanded = expandRow(links, row, last)
    expansions.set(row.id, { row, expanded, generation })
    return expanded
  }
  return {
    models: new Set(links.flatMap((link) => link.models)),
    expand(rows) {
      const expanded = rows.map(expand)
      if (expansions.size > rows.length) {
        expansions = new Map(rows.map(({ id }) => [id, expansions.get(id) as Expansion]))
      }
      return expanded
    },
    touch(id) {
      if (id === undefined) generation++
      const last = expansions.get(id ?? '')
      if (last) last.generation = -1
    },
    owners(changed, { before, after }) {
      const rows = [before, after].filter((row) => row !== undefined)
      return links.flatMap((link) => rows.flatMap((row) => [...link.owners(changed, row)]))
    },
  }
}

function expandRow(links: readonly Link[], row: AnyRow, last: Expansion | undefined): AnyRow {
  let isSame = last?.row === row
  const related: Record<string, Related> = {}
  for (const link of links) {
    const before = last?.expanded[link.name]
    const after = link.read(row)
    const isUnchanged = isSameRelated(before, after)
    related[link.name] = isUnchanged ? (before as Related) : after
    isSame &&= isUnchanged
  }
  return last && isSame ? last.expanded : { ...row, ...related }
}

function relationOf(schema: CompiledSchema, model: string, name: string): Relation {
  const relations = schema.relations[model] ?? {}
  const relation = Object.hasOwn(relations, name) ? relations[name] : undefined
  if (relation) return relation
  const known = suggestion(name, Object.keys(relations), 'Its relations are')
  throw new SynclineError('unknown_field', `Model \`${model}\` has no relation \`${name}\`.${known}`, {
    field: name,
  })
}

function linkOf(relation: Relation, source: RowSource): Link {
  if (relation.kind === 'one') return toOne(relation, source)
  return relation.kind === 'many' ? toMany(relation, source) : throughModel(relation, source)
}

function toOne({ name, from, to, field }: Relation, source: RowSource): Link {
  return {
    name,
    models: [to],
    read: (row) => source.rows(to).get(row[field] as string),
    owners: (model, row) => (model === to ? source.linked(from, field, row.id).map(({ id }) => id) : []),
  }
}

function toMany({ name, to, field, single }: Relation, source: RowSource): Link {
  return {
    name,
    models: [to],
    read(row) {
      const rows = byId(source.linked(to, field, row.id))
      return single ? rows[0] : rows
    },
    owners: (model, row) => (model === to ? [row[field] as string] : []),
  }
}

function throughModel(
  { name, to, field, through = '', targetField = '' }: Relation,
  source: RowSource,
): Link {
  return {
    name,
    models: [to, through],
    read(row) {
      const targets = source.linked(through, field, row.id).map((link) => link[targetField] as string)
      const rows = targets.map((id) => source.rows(to).get(id)).filter((target) => target !== undefined)
      return byId(new Set(rows))
    },
    *owners(model, row) {
      if (model === through) yield row[field] as string
      if (model === to)
        for (const link of source.linked(through, targetField, row.id)) yield link[field] as string
    },
  }
}

function byId(rows: Iterable<AnyRow>): readonly AnyRow[] {
  return [...rows].sort(compareIds)
}

function isSameRelated(before: unknown, after: Related): boolean {
  return Array.isArray(before) && Array.isArray(after) ? isSameList(before, after) : before === after
}
