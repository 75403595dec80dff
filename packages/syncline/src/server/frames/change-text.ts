/**
 * Changes as they stand in a frame, built from log rows without parsing their fields.
 *
 * `device` is a keyed hash: the device that made the change finds itself in it, everybody else sees noise that
 * differs from change to change (A1). The op's number stands only in what one device alone receives.
 */
import { createHmac } from 'node:crypto'
import { isoTime } from '../../postgres/log/change-row.ts'
import type { LogRow } from '../../postgres/log-row.ts'

/** The changes for everybody in the room. */
export function sharedChangeTexts(rows: Iterable<LogRow>): Iterable<string> {
  return changeTexts(rows, () => '')
}

/** The changes for one device: its own carry the op's number. */
export function privateChangeTexts(rows: Iterable<LogRow>, device: string | null): Iterable<string> {
  return changeTexts(rows, (row) =>
    row.op !== null && row.device !== null && row.device === device ? `,"op":${row.op}` : '',
  )
}

/** Writes each change when it is asked for; what it has in common with the one before is not written again. */
function* changeTexts(rows: Iterable<LogRow>, opOf: (row: LogRow) => string): Generator<string, void> {
  let last: LogRow | undefined
  let model = ''
  let author = ''
  for (const row of rows) {
    if (row.model !== last?.model) model = JSON.stringify(row.model)
    if (row.actor !== last?.actor || row.source !== last.source)
      author = `"actor":${JSON.stringify(row.actor)},"source":${JSON.stringify(row.source)}`
    last = row
    const fields = row.fields === null ? '' : `,"fields":${row.fields}`
    const fieldVersions = row.fieldVersions === null ? '' : `,"fieldVersions":${row.fieldVersions}`
    const device = row.device === null ? '' : `,"device":"${deviceHash(row.device, row)}"`
    yield `{"model":${model},"id":${JSON.stringify(row.id)},"action":"${row.action}"${fields}` +
      `,"version":${row.version}${fieldVersions},"at":"${isoTime(row.at)}",${author}${device}${opOf(row)}}`
  }
}

/** Base64url of the first 16 bytes of HMAC-SHA256, keyed with the device's id, over `model:id:version`. */
export function deviceHash(device: string, row: Pick<LogRow, 'model' | 'id' | 'version'>): string {
  const hash = createHmac('sha256', device).update(`${row.model}:${row.id}:${row.version}`).digest()
  return hash.subarray(0, 16).toString('base64url')
}
