/** Answers an upgrade that was turned away, as HTTP. */
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { errorEntry } from '../protocol/errors.ts'
import type { Refusal } from '../server/core.ts'

export function refuseUpgrade(socket: Socket, { code, message, retryAfterMs }: Refusal): void {
  const status = errorEntry(code)?.status ?? 503
  const body = JSON.stringify({
    error: { code, message, ...(retryAfterMs !== undefined && { retryAfterMs }) },
  })
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    ...(retryAfterMs === undefined ? [] : [`retry-after: ${Math.ceil(retryAfterMs / 1_000)}`]),
  ]
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`)
  // A peer that does not read its answer is not waited for.
  socket.setTimeout(5_000, () => socket.destroy())
}
