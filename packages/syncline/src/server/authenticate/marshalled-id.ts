/** Reads one integer or one text as Ruby's Marshal 4.8 writes it; everything else is refused unread. */

/** The integer or text as text; null for anything else, and when anything follows it. */
export function readMarshalled(bytes: Buffer): string | null {
  if (bytes[0] !== 4 || bytes[1] !== 8) return null
  const kind = String.fromCharCode(bytes[2] ?? 0)
  const body = bytes.subarray(3)
  if (kind === 'i') return wholly(readFixnum(body), body)
  if (kind === 'l') return readBignum(body)
  return kind === 'I' ? readText(body) : null
}

interface Fixnum {
  readonly value: number
  readonly length: number
}

function wholly(fixnum: Fixnum | null, bytes: Buffer): string | null {
  return fixnum?.length === bytes.length ? String(fixnum.value) : null
}

/** One byte for small numbers (5 off), else the count of bytes that follow, negative for negative numbers. */
function readFixnum(bytes: Buffer): Fixnum | null {
  if (bytes.length === 0) return null
  const first = bytes.readInt8(0)
  if (first === 0) return { value: 0, length: 1 }
  if (first > 4) return { value: first - 5, length: 1 }
  if (first < -4) return { value: first + 5, length: 1 }
  const count = Math.abs(first)
  if (bytes.length < 1 + count) return null
  const digits = bytes.readUIntLE(1, count)
  return { value: first > 0 ? digits : digits - 2 ** (8 * count), length: 1 + count }
}

/** A sign, how many pairs of bytes, and they; the smallest first. */
function readBignum(bytes: Buffer): string | null {
  const sign = String.fromCharCode(bytes[0] ?? 0)
  const words = readFixnum(bytes.subarray(1))
  if ((sign !== '+' && sign !== '-') || words === null || words.value < 1 || words.value > 4) return null
  const digits = bytes.subarray(1 + words.length)
  if (digits.length !== words.value * 2) return null
  const value = BigInt(`0x${Buffer.from(digits).reverse().toString('hex')}`)
  return String(sign === '-' ? -value : value)
}

/** `"`, its length and bytes, and one instance variable: the encoding, UTF-8 (`E` true) or US-ASCII (`E` false). */
function readText(bytes: Buffer): string | null {
  if (bytes[0] !== QUOTE) return null
  const length = readFixnum(bytes.subarray(1))
  if (length === null || length.value < 0) return null
  const from = 1 + length.length
  const encoding = bytes.subarray(from + length.value).toString('latin1')
  if (encoding !== '\x06:\x06ET' && encoding !== '\x06:\x06EF') return null
  return bytes.subarray(from, from + length.value).toString('utf8')
}

const QUOTE = 0x22
