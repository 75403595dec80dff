/**
 * An update that stamps versions and logs by itself, as the triggers would, in two steps of a `with`:
 *
 *   syncline_written  writes the records that the rules and the bases allow
 *   syncline_logged   logs what has changed
 *
 * Before it writes, `silence` makes the triggers' functions stand aside, where they are as they were.
 *
 *   L1   `new` and `old` in a piece of the entry are the row after and before
 */
import { following } from '../capture/lives.ts'
import { LOGGED_SETTING } from '../capture/statement-entry.ts'
import { quoteIdentifier } from '../sql.ts'
import type { LoggedTable } from './logged-table.ts'
import { RECORD } from './prepare-op.ts'
import { conditionsOf } from './quick-text.ts'
import { fieldColumn, textValue } from './set-columns.ts'
import { columnOf, literal, SELF, type ShapeText } from './shape-strings.ts'
import { accessOf, newValue } from './shape-text.ts'

// Where nobody has locked the record before, another transaction may have changed it meanwhile: it goes step by step.
// Said `is true`, or PostgreSQL would find `old` by its place and ask the system for the table's size, for each row anew.
const IS_SAME = `(${columnOf('ctid')} = old.ctid) is true and ${columnOf('tableoid')} = old.tableoid`

/** What differs between statements of one op and of many. */
export interface LoggedUpdate {
  /** The ops as rows under the name `syncline_op`, with the columns of `set-columns.ts`, and what is joined to them. */
  readonly from: string
  /** Further conditions. */
  readonly where?: readonly string[]
  /** Leaves out what would not change, so that nothing need ask for it again: for a statement of one op, half its cases. */
  readonly onlyChanged?: boolean
  /** Columns of `syncline_written` beside the version, and whether it changed. */
  readonly returning: string
  /** Columns of `syncline_logged`, if it is read. */
  readonly logged?: string
  /** Of the log row, where `w` is the written row. */
  readonly author: { readonly device: string; readonly number: string; readonly actor: string }
}

/** A query that makes the triggers' functions stand aside, and has a row, if they are as they were. */
export function silence({ slug }: LoggedTable, guard: string): string {
  return `select pg_catalog.set_config('${LOGGED_SETTING}', ${literal(slug)}, true) where ${guard}`
}

/** The steps, for a statement that reads `syncline_written` or `syncline_logged`. */
export function loggedUpdate(
  text: ShapeText,
  { entry }: LoggedTable,
  { from, where = [], onlyChanged = false, returning, logged, author }: LoggedUpdate,
): string {
  const { shape } = text
  const { model, fields } = shape
  const table = quoteIdentifier(model.table)
  const version = quoteIdentifier(model.columns.version)
  const fieldVersions = quoteIdentifier(model.columns.fieldVersions)
  const columns = fields.map(({ field }) => {
    const column = entry.columns[field.column] as (typeof entry.columns)[string]
    return { ...column, name: quoteIdentifier(field.column) }
  })
  const values = fields.map((each, index) => {
    const value = textValue(each, index) ?? newValue(each, model.table, 'old', fieldColumn(index))
    return `${value} as ${quoteIdentifier(each.field.column)}`
  })
  const isChanged = columns.map(({ changed }) => `(${changed})`).join(' or ')
  const whenChanged = (then: string, otherwise: string) =>
    onlyChanged ? then : `case when ${isChanged} then ${then} else ${otherwise} end`
  const next = following(`coalesce(old.${version}, 1)`)
  const versions = columns.map(({ field, changed }) =>
    pairWhen(columns.length === 1 ? undefined : changed, field, next),
  )
  const named = columns.map(({ name }) => name)
  const kept = [...new Set([...entry.reads.map(quoteIdentifier), ...named])]
  const pairs = (side: 'after' | 'before') =>
    columns.map((column) =>
      pairWhen(columns.length === 1 ? undefined : column.changed, column.field, column[side]),
    )
  return `syncline_written as (
      update ${text.table} set
        ${[
          ...named.map((name) => `${name} = new.${name}`),
          `${version} = ${whenChanged(next, `coalesce(old.${version}, 1)`)}`,
          `${fieldVersions} = ${whenChanged(`coalesce(old.${fieldVersions}, '{}') || ${versions.join(' || ')}`, `coalesce(old.${fieldVersions}, '{}')`)}`,
        ].join(',\n        ')}
        from ${from}
        join ${table} as old on ${columnOf(model.idColumn, 'old')} = ${SELF}.id
        cross join lateral (select ${values.join(', ')}) as new
       where ${[...where, text.isRecord, IS_SAME, ...accessOf(text), ...conditionsOf(text), ...(onlyChanged ? [`(${isChanged})`] : [])].join(' and ')}
      returning ${returning}, ${columnOf(model.columns.version)} as version,
        ${[
          ...(onlyChanged
            ? []
            : [`${columnOf(model.columns.version)} <> coalesce(old.${version}, 1) as is_changed`]),
          ...kept.map((name, index) => `${quoteIdentifier(RECORD)}.${name} as after_${index}`),
          ...named.map((name, index) => `old.${name} as before_${index}`),
        ].join(', ')}
    ), syncline_logged as (
      insert into syncline.log (room, model, id, action, fields, before, version, marks, device, op, actor, source)
      select ${entry.room}, ${literal(entry.model)}, ${entry.id}, 'update', ${pairs('after').join(' || ')},
        ${pairs('before').join(' || ')}, w.version, ${entry.marks},
        ${author.device}, ${author.number}, ${author.actor}, 'app'
        from syncline_written as w
        cross join lateral (select ${kept.map((name, index) => `w.after_${index} as ${name}`).join(', ')}) as new
        cross join lateral (select ${named.map((name, index) => `w.before_${index} as ${name}`).join(', ')}) as old
       ${onlyChanged ? '' : 'where w.is_changed'}
      ${logged === undefined ? '' : `returning ${logged}`}
    )`
}

/** A JSON object with one member, or an empty one where it is said when it has it. */
function pairWhen(condition: string | undefined, name: string, value: string): string {
  const pair = `pg_catalog.jsonb_build_object(${literal(name)}, ${value})`
  return condition === undefined ? pair : `case when ${condition} then ${pair} else '{}' end`
}
