/** From a row of `syncline.log`, as a driver hands it on, to a `LogRow`. */
import type { ChangeAction, LogRow } from '../log-row.ts'

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

export function toLogRow(row: ChangeRow): LogRow {
  return {
    xid: row.xid,
    at: isoTime(row.at),
    room: row.room,
    model: row.model,
    id: row.id,
    action: row.action as ChangeAction | 'truncate',
    fields: row.fields,
    version: row.version,
    fieldVersions: row.field_versions,
    actor: row.actor,
    source: row.source,
    device: row.device,
    op: row.op === null ? null : Number(row.op),
    marks: row.marks,
  }
}

/** `2026-01-02 03:04:05.6+00`, as a session in UTC prints it, as `2026-01-02T03:04:05.600000Z`. */
export function isoTime(text: string): string {
  const match = /^(\S+) (\d\d:\d\d:\d\d)(?:\.(\d+))?\+00$/.exec(text)
  if (!match) return text
  return `${match[1]}T${match[2]}.${(match[3] ?? '').padEnd(6, '0')}Z`
}
