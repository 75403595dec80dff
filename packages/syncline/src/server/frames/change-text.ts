/**
 * Changes as they stand in a frame, built from log rows without parsing their fields.
 *
 * `device` is a keyed hash: the device that made the change finds itself in it, everybody else sees noise that
 * differs from change to change (A1). The op's number stands only in what one device alone receives.
 */
import { createHmac } from 'node:crypto'
import { isoTime } from '../../postgres/log/change-row.ts'
import type { LogRow } from '../../postgres/log-row.ts'

/** Makes what writes changes for one device, whose own carry the op's number, or for everybody in the room. */
export function changeWriter(device: string | null): (row: LogRow) => string {
  // What a change has in common with the one before it is not written again.
  let last: LogRow | undefined
  let model = ''
  let author = ''
  return (row) => {
    if (row.model !== last?.model) model = JSON.stringify(row.model)
    if (row.actor !== last?.actor || row.source !== last.source)
      author = `"actor":${JSON.stringify(row.actor)},"source":${JSON.stringify(row.source)}`
    last = row
    let text = `{"model":${model},"id":${JSON.stringify(row.id)},"action":"${row.action}"`
    if (row.fields !== null) text += `,"fields":${row.fields}`
    text += `,"version":${row.version}`
    if (row.fieldVersions !== null) text += `,"fieldVersions":${row.fieldVersions}`
    text += `,"at":"${isoTime(row.at)}",${author}`
    if (row.device !== null) text += authorship(row, row.device, device)
    return `${text}}`
  }
}

function authorship(row: LogRow, author: string, device: string | null): string {
  const op = row.op !== null && author === device ? `,"op":${row.op}` : ''
  return `,"device":"${deviceHash(author, row)}"${op}`
}

/** Base64url of the first 16 bytes of HMAC-SHA256, keyed with the device's id, over `model:id:version`. */
export function deviceHash(device: string, row: Pick<LogRow, 'model' | 'id' | 'version'>): string {
  const hash = createHmac('sha256', device).update(`${row.model}:${row.id}:${row.version}`).digest()
  return hash.subarray(0, 16).toString('base64url')
}
