/** One statement that writes a row of `syncline.log` from the variables of a logging trigger. */
import { literal } from './sql-text.ts'

/** SQL expressions for a log row; what is absent is null. */
export interface LoggedRow {
  readonly room: string
  readonly model: string
  readonly id: string
  readonly action: string
  readonly version: string
  readonly fields?: string
  readonly before?: string
  readonly fieldVersions?: string
  readonly marks?: string
  /** Number of the op, where it belongs to this record. */
  readonly op?: string
  /** Nobody has said who writes. */
  readonly isDirect?: boolean
  /** Condition without which nothing is written; `found` says whether it was. */
  readonly where?: string
}

/** A direct write has no source but its role, as the column's default says too. Not the variable's default: that would be one expression more. */
export const SOURCE = 'coalesce(log_source, session_user)'

/** Variables that `readWriter` fills. */
export const WRITER_VARIABLES = [
  'setting pg_catalog.text',
  'writer_entry pg_catalog.text',
  'writer pg_catalog.jsonb',
  'log_device pg_catalog.text',
  'log_op bigint',
  'log_actor pg_catalog.text',
  'log_source pg_catalog.text',
]

export function insertLogRow(row: LoggedRow): string {
  const values: [column: string, value: string | undefined][] = [
    ['room', row.room],
    ['model', literal(row.model)],
    ['id', row.id],
    ['action', row.action],
    ['fields', row.fields],
    ['before', row.before],
    ['version', row.version],
    ['field_versions', row.fieldVersions],
    ['marks', row.marks],
    ...(row.isDirect === true ? [] : writerOf(row)),
  ]
  const given = values.filter((entry): entry is [string, string] => entry[1] !== undefined)
  const columns = given.map(([column]) => column).join(', ')
  const list = given.map(([, value]) => value).join(', ')
  const source = row.where === undefined ? `values (${list})` : `select ${list}\nwhere ${row.where}`
  return `insert into syncline.log (${columns})\n${source};`
}

function writerOf({ op }: LoggedRow): [column: string, value: string | undefined][] {
  return [
    ['device', 'log_device'],
    ['op', op],
    ['actor', 'log_actor'],
    ['source', SOURCE],
  ]
}
