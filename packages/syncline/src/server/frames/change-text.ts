/**
 * Changes as they stand in a frame, built from log rows without parsing their fields.
 *
 * `device` is a keyed hash: the device that made the change finds itself in it, everybody else sees noise that
 * differs from change to change (A1). The op's number stands only in what one device alone receives.
 */
import { isoTime } from '../../postgres/log/change-row.ts'
import type { LogRow } from '../../postgres/log-row.ts'
import { deviceHash } from './device-hash.ts'

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
