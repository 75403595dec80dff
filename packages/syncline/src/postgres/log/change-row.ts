/** From rows of `syncline.log`, as a driver hands them on, to `LogRow`s. */
import type { ChangeAction, LogRow } from '../log-row.ts'
import { inRecordOrder } from './record-order.ts'

/** `CHANGE_COLUMNS` as they arrive. */
export interface ChangeRow {
  readonly seq: string
  readonly xid: string
  readonly at: string
  readonly room: string | null
  readonly model: string
  readonly id: string
  readonly action: string
  readonly fields: string | null
  readonly version: number
  readonly field_versions: string | null
  readonly actor: string | null
  readonly source: string
  readonly device: string | null
  readonly op: string | null
  readonly marks: string | null
}

/**
 * Rows in the order of the log as readers take them.
 *
 * Texts that many rows of one answer have in common are kept once: the last minute of the log stays in memory.
 */
export function toLogRows(rows: readonly ChangeRow[]): LogRow[] {
  const once = rows.length === 1 ? (text: string) => text : keptOnce()
  const onceOrNull = (text: string | null) => (text === null ? null : once(text))
  const changes = rows.map((row) => ({
    xid: once(row.xid),
    at: row.at,
    room: onceOrNull(row.room),
    model: once(row.model),
    id: row.id,
    action: once(row.action) as ChangeAction | 'truncate',
    fields: row.fields,
    version: row.version,
    fieldVersions: row.field_versions,
    actor: onceOrNull(row.actor),
    source: once(row.source),
    device: onceOrNull(row.device),
    op: row.op === null ? null : Number(row.op),
    marks: row.marks,
  }))
  return inRecordOrder(changes)
}

function keptOnce(): (text: string) => string {
  const texts = new Map<string, string>()
  return (text) => {
    const known = texts.get(text)
    if (known !== undefined) return known
    texts.set(text, text)
    return text
  }
}

/** `2026-01-02 03:04:05.6+00`, as a session in UTC prints it, as `2026-01-02T03:04:05.600000Z`. */
export function isoTime(text: string): string {
  const space = text.indexOf(' ')
  if (space < 0 || !text.endsWith('+00')) return text
  const time = text.slice(space + 1, -3)
  return `${text.slice(0, space)}T${(time.length === 8 ? `${time}.` : time).padEnd(15, '0')}Z`
}
