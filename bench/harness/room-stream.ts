/**
 * What a room's sockets get: the same bytes, for each of them. They are kept and understood when the first socket has
 * them, so that those of the others need only be compared.
 *
 * Every message is `{"type":"changes",…"version":N…}` with N one higher than in the message before.
 */

/** What all sockets got is forgotten between two runs; a run brings some ten megabytes. */
const FIRST_CAPACITY = 16 * 1024 * 1024

const MARK = Buffer.from('"version":')

export class RoomStream {
  #bytes = Buffer.allocUnsafeSlow(FIRST_CAPACITY)
  #length = 0
  /** Where each message ends. */
  readonly #ends: number[] = []
  #last = 0
  #disordered = 0

  /** In bytes; a message ends here. */
  get length(): number {
    return this.#length
  }

  /** Number of the last message there ever was; 0 when there was none. */
  get last(): number {
    return this.#last
  }

  /** Messages that did not follow on the one before. */
  get disordered(): number {
    return this.#disordered
  }

  /** Whether these bytes stand at this place. */
  has(at: number, bytes: Buffer): boolean {
    const end = at + bytes.length
    return end <= this.#length && this.#bytes.compare(bytes, 0, bytes.length, at, end) === 0
  }

  /** Takes the next message: a whole frame, as it came. */
  append(frame: Buffer): void {
    this.#makeRoomFor(frame.length)
    frame.copy(this.#bytes, this.#length)
    this.#length += frame.length
    this.#ends.push(this.#length)
    const version = versionOf(frame)
    if (this.#last !== 0 && version !== this.#last + 1) this.#disordered += 1
    this.#last = version
  }

  /** How many messages end at or before this place. */
  messagesUntil(at: number): number {
    let [low, high] = [0, this.#ends.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#ends[middle] as number) <= at) low = middle + 1
      else high = middle
    }
    return low
  }

  /** What comes before this place of the message that it lies in. */
  begunAt(at: number): Buffer {
    const messages = this.messagesUntil(at)
    return this.#bytes.subarray(messages === 0 ? 0 : this.#ends[messages - 1], at)
  }

  /** Begins anew, behind the last message: everybody has everything. */
  forget(): void {
    this.#length = 0
    this.#ends.length = 0
  }

  #makeRoomFor(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return
    const larger = Buffer.allocUnsafeSlow(this.#bytes.length * 2)
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }
}

function versionOf(frame: Buffer): number {
  let at = frame.indexOf(MARK) + MARK.length
  let version = 0
  for (let digit = frame[at] as number; digit >= 48 && digit <= 57; digit = frame[++at] as number)
    version = version * 10 + digit - 48
  return version
}
