/** The inside of a cursor as bytes: history, schema, snapshot and the digests of views, padded to one length. */
import type { Cursor } from '../../postgres/log/cursor.ts'
import type { SnapshotText } from '../../postgres/log-row.ts'

/** A place in the log, and what it is a place of. */
export interface CursorContent extends Cursor {
  /** Digest of the records a view showed, by the key of its channel (both 8 bytes as hex). */
  readonly views: ReadonlyMap<string, string>
}

const FORMAT = 1
/** Holds more than 60 open transactions; a cursor in a frame is then 208 characters. */
const SMALLEST = 128

export function encodeCursor(content: CursorContent): Buffer {
  const writer = new ByteWriter()
  writer.number(FORMAT)
  writer.hex(content.history.replaceAll('-', ''))
  writer.hex(content.schema)
  writeSnapshot(writer, content.snapshot)
  writer.number(content.views.size)
  for (const [view, digest] of content.views) {
    writer.hex(view)
    writer.hex(digest)
  }
  return writer.bytes
}

/** Reads what `encodeCursor` wrote; null for anything else. */
export function decodeCursor(bytes: Buffer): CursorContent | null {
  const reader = new ByteReader(bytes)
  try {
    if (reader.byte() !== FORMAT) return null
    const history = asUuid(reader.hex(16))
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
  const [, xmax = '0', open = ''] = snapshot.split(':')
  const transactions = (open === '' ? [] : open.split(',').map(Number)).sort((a, b) => b - a)
  writer.number(Number(xmax))
  writer.number(transactions.length)
  let above = Number(xmax)
  for (const transaction of transactions) {
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

function asUuid(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** Most bytes of a number. */
const LONGEST_NUMBER = 8

/** Zeros up to a power of two follow what is written. */
class ByteWriter {
  // From Node's pool, which costs a fifth of a buffer of its own (`bench`: G3).
  bytes = Buffer.allocUnsafe(SMALLEST).fill(0)
  #at = 0

  hex(hex: string): void {
    this.#make(hex.length / 2)
    this.#at += this.bytes.write(hex, this.#at, 'hex')
  }

  /** Seven bits a byte, lowest first; without bit operations, which would cut numbers at 32 bits. */
  number(number: number): void {
    this.#make(LONGEST_NUMBER)
    let rest = number
    while (rest >= 128) {
      this.bytes[this.#at++] = (rest % 128) + 128
      rest = Math.floor(rest / 128)
    }
    this.bytes[this.#at++] = rest
  }

  #make(room: number): void {
    let length = this.bytes.length
    while (length < this.#at + room) length *= 2
    if (length > this.bytes.length) this.bytes = Buffer.concat([this.bytes], length)
  }
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
