/**
 * A change as it stands in a frame, built from a log row without parsing its fields.
 *
 * `device` is a keyed hash: the device that made the change finds itself in it, everybody else sees noise that
 * differs from change to change (A1). The op's number stands only in what one device alone receives.
 */
import { createHmac } from 'node:crypto'
import { isoTime } from '../../postgres/log/change-row.ts'
import type { LogRow } from '../../postgres/log-row.ts'

/** The change for everybody in the room. */
export function sharedChangeText(row: LogRow): string {
  return changeText(row, '')
}

/** The change for one device: its own changes carry the op's number. */
export function privateChangeText(row: LogRow, device: string | null): string {
  return changeText(
    row,
    row.op !== null && row.device !== null && row.device === device ? `,"op":${row.op}` : '',
  )
}

function changeText(row: LogRow, op: string): string {
  const fields = row.fields === null ? '' : `,"fields":${row.fields}`
  const fieldVersions = row.fieldVersions === null ? '' : `,"fieldVersions":${row.fieldVersions}`
  const device = row.device === null ? '' : `,"device":"${deviceHash(row.device, row)}"`
  return (
    `{"model":${JSON.stringify(row.model)},"id":${JSON.stringify(row.id)},"action":"${row.action}"${fields}` +
    `,"version":${row.version}${fieldVersions},"at":"${isoTime(row.at)}","actor":${JSON.stringify(row.actor)}` +
    `,"source":${JSON.stringify(row.source)}${device}${op}}`
  )
}

/** Base64url of the first 16 bytes of HMAC-SHA256, keyed with the device's id, over `model:id:version`. */
export function deviceHash(device: string, row: Pick<LogRow, 'model' | 'id' | 'version'>): string {
  const hash = createHmac('sha256', device).update(`${row.model}:${row.id}:${row.version}`).digest()
  return hash.subarray(0, 16).toString('base64url')
}
