/** The inside of a cursor as bytes: history, schema, snapshot and the digests of views, padded to one length. */
import { type Cursor, parseSnapshot } from '../../postgres/log/cursor.ts'
import type { SnapshotText } from '../../postgres/log-row.ts'

/** A place in the log, and what it is a place of. */
export interface CursorContent extends Cursor {
  /** Digest of the records a view showed, by the key of its channel (both 8 bytes as hex). */
  readonly views: ReadonlyMap<string, string>
}

/** It rises when fingerprints are made otherwise: an older cursor is then one of another life (L4). */
const FORMAT = 3
/** Holds more than 50 open transactions; a cursor in a frame is then 176 characters. Longer ones have twice as many bytes. */
export const USUAL_BYTES = 96

/** The answer is valid until the next call. */
export function encodeCursor(content: CursorContent): Buffer {
  const writer = new ByteWriter()
  writer.number(FORMAT)
  writer.hex(content.history)
  writer.hex(content.schema)
  writeSnapshot(writer, content.snapshot)
  writer.number(content.views.size)
  for (const [view, digest] of content.views) {
    writer.hex(view)
    writer.hex(digest)
  }
  return writer.end()
}

/** Reads what `encodeCursor` wrote; null for anything else. */
export function decodeCursor(bytes: Buffer): CursorContent | null {
  const reader = new ByteReader(bytes)
  try {
    if (reader.byte() !== FORMAT) return null
    const history = reader.hex(16)
    const schema = reader.hex(8)
    const snapshot = readSnapshot(reader)
    const views = new Map<string, string>()
    for (let count = reader.number(); count > 0; count--) views.set(reader.hex(8), reader.hex(8))
    return { history, schema, snapshot, views }
  } catch {
    return null
  }
}

/** `xmax`, then each open transaction as its distance below the one before, highest first. */
function writeSnapshot(writer: ByteWriter, snapshot: SnapshotText): void {
  const { xmax, open } = parseSnapshot(snapshot)
  writer.number(xmax)
  writer.number(open.length)
  let above = xmax
  for (let index = open.length - 1; index >= 0; index--) {
    const transaction = open[index] as number
    writer.number(above - transaction)
    above = transaction
  }
}

function readSnapshot(reader: ByteReader): SnapshotText {
  const xmax = reader.number()
  const open: number[] = []
  let above = xmax
  for (let count = reader.number(); count > 0; count--) open.push((above -= reader.number()))
  return `${open.at(-1) ?? xmax}:${xmax}:${open.reverse().join(',')}`
}

/** Most bytes of a number. */
const LONGEST_NUMBER = 8

const usual = Buffer.alloc(USUAL_BYTES)

/** Zeros up to a length of few follow what is written. What is written is nothing to call the system's functions for. */
class ByteWriter {
  #bytes = usual
  #at = 0

  end(): Buffer {
    for (let at = this.#at; at < this.#bytes.length; at++) this.#bytes[at] = 0
    return this.#bytes
  }

  hex(hex: string): void {
    this.#make(hex.length / 2)
    for (let index = 0; index < hex.length; index += 2)
      this.#bytes[this.#at++] = (digitAt(hex, index) << 4) | digitAt(hex, index + 1)
  }

  /** Seven bits a byte, lowest first; without bit operations, which would cut numbers at 32 bits. */
  number(number: number): void {
    this.#make(LONGEST_NUMBER)
    let rest = number
    while (rest >= 128) {
      this.#bytes[this.#at++] = (rest % 128) + 128
      rest = Math.floor(rest / 128)
    }
    this.#bytes[this.#at++] = rest
  }

  #make(room: number): void {
    let length = this.#bytes.length
    while (length < this.#at + room) length *= 2
    if (length > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes], length)
  }
}

/** Of a hexadecimal number in lower case. */
function digitAt(hex: string, index: number): number {
  const code = hex.charCodeAt(index)
  return code < 97 ? code - 48 : code - 87
}

class ByteReader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  byte(): number {
    return this.#bytes.readUInt8(this.#at++)
  }

  hex(length: number): string {
    if (this.#at + length > this.#bytes.length) throw new RangeError('The cursor ends too early.')
    this.#at += length
    return this.#bytes.toString('hex', this.#at - length, this.#at)
  }

  number(): number {
    let number = 0
    let factor = 1
    let byte = this.byte()
    while (byte >= 128) {
      number += (byte - 128) * factor
      factor *= 128
      byte = this.byte()
    }
    return number + byte * factor
  }
}
