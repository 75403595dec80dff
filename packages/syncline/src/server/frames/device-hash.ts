/**
 * How a change names its device to that device alone: HMAC-SHA256 (RFC 2104).
 *
 * One of `node:crypto` takes several calls of OpenSSL, of which nothing is in the processor's cache where it is made once
 * between a hundred writes to sockets (`bench`: G3). What begins with the device's key is mixed in once, while changes
 * come from one device.
 */
import { createHmac } from 'node:crypto'
import type { LogRow } from '../../postgres/log-row.ts'
import { BLOCK_BYTES, HashState, STATE_BYTES } from './sha-256.ts'

/** Bytes of the hash. */
const SHOWN = 16
/** Behind a text stand a bit and its length, in a block of which the key has the first. */
const LONGEST = BLOCK_BYTES - 9

/** Base64url of the first 16 bytes of HMAC-SHA256, keyed with the device's id, over `model:id:version`. */
export function deviceHash(device: string, row: Pick<LogRow, 'model' | 'id' | 'version'>): string {
  const text = `${row.model}:${row.id}:${row.version}`
  return shortHash(device, text) ?? longHash(device, text)
}

function longHash(device: string, text: string): string {
  return createHmac('sha256', device).update(text).digest().subarray(0, SHOWN).toString('base64url')
}

const inner = new HashState()
const outer = new HashState()
const state = new HashState()
const block = new Uint8Array(BLOCK_BYTES)
const hash = Buffer.alloc(SHOWN)
/** Whose key `inner` and `outer` stand behind. */
let keyed: string | undefined

/** Null when the text or the key is longer than a block, or not in ASCII. */
function shortHash(device: string, text: string): string | null {
  if (text.length > LONGEST || (device !== keyed && !begin(device)) || !write(text)) return null
  finish(inner, text.length)
  state.copy(block, STATE_BYTES)
  finish(outer, STATE_BYTES)
  state.copy(hash, SHOWN)
  return hash.toString('base64url')
}

/** Mixes the key in. */
function begin(device: string): boolean {
  keyed = undefined
  if (device.length > BLOCK_BYTES || !write(device)) return false
  block.fill(0, device.length)
  mask(0x36)
  inner.begin()
  inner.add(block)
  mask(0x36 ^ 0x5c)
  outer.begin()
  outer.add(block)
  keyed = device
  return true
}

function mask(byte: number): void {
  for (let at = 0; at < BLOCK_BYTES; at++) block[at] = (block[at] as number) ^ byte
}

/** False for what is not in ASCII. */
function write(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code > 127) return false
    block[at] = code
  }
  return true
}

/** The block has so many bytes of a text that goes on where `from` stands, one block in: hashes it to the end. */
function finish(from: HashState, bytes: number): void {
  const bits = (BLOCK_BYTES + bytes) * 8
  block[bytes] = 0x80
  for (let at = bytes + 1; at < BLOCK_BYTES; at++) block[at] = 0
  block[BLOCK_BYTES - 2] = bits >> 8
  block[BLOCK_BYTES - 1] = bits
  state.beginAt(from)
  state.add(block)
}
