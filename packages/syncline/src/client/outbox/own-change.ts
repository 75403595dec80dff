/** Finds this device in a change: the number of its op, or the keyed hash that only this device can make. */
import type { Change } from '../../protocol/messages/change.ts'
import { hmacSha256 } from './hmac-sha256.ts'

// Frames shared by a room name the device so that everybody else sees noise that differs from change to change.
const HASH_BYTES = 16

export function isOwnChange(change: Change, device: string): boolean {
  if (change.op !== undefined) return true
  return change.device === deviceHash(device, change)
}

function deviceHash(device: string, { model, id, version }: Change): string {
  const hash = hmacSha256(device, `${model}:${id}:${version}`).subarray(0, HASH_BYTES)
  const base64 = btoa(String.fromCharCode(...hash))
  return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
