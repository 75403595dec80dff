/** Sockets of one room that count what they get and check that nothing is lost, doubled or reordered. */
import { cutFrames } from './cut-frames.ts'
import { PING, type RawSocket } from './raw-socket.ts'
import { RoomStream } from './room-stream.ts'

const CHANGES = '{"type":"changes"'

/** What was received in a while. */
export interface Received {
  readonly messages: number
  /** Of their frames. */
  readonly bytes: number
}

export class Audience {
  readonly #stream = new RoomStream()
  readonly #listeners: Listener[] = []
  /** Until `forget`, of all sockets. */
  #before: Received = { messages: 0, bytes: 0 }

  get size(): number {
    return this.#listeners.length
  }

  /** Messages that did not follow on the one before, and those that one socket got and others did not. */
  get disordered(): number {
    return this.#listeners.reduce((sum, { strange }) => sum + strange, this.#stream.disordered)
  }

  get received(): Received {
    let { messages, bytes } = this.#before
    for (const { at } of this.#listeners) {
      messages += this.#stream.messagesUntil(at)
      bytes += at
    }
    return { messages, bytes }
  }

  /** `onRead` is told how many bytes each read brings. */
  add(raw: RawSocket, onRead: (bytes: number) => void = () => {}): void {
    const listener = new Listener(raw, this.#stream)
    raw.onChunk = (chunk) => {
      onRead(chunk.length)
      listener.take(chunk)
    }
    this.#listeners.push(listener)
  }

  /** Sockets that have not got everything up to this message. */
  lacking(version: number): number {
    if (this.#stream.last !== version) return this.size
    return this.#listeners.filter(({ at }) => at !== this.#stream.length).length
  }

  /** Drops what was received, when nobody lacks any of it. */
  forget(): void {
    this.#before = this.received
    this.#stream.forget()
    for (const listener of this.#listeners) listener.at = 0
  }

  close(): void {
    for (const { raw } of this.#listeners) raw.close()
    this.#listeners.length = 0
  }
}

class Listener {
  readonly raw: RawSocket
  readonly #stream: RoomStream
  /** How much of the stream it has got; within a message, when the stream has the rest of it already. */
  at = 0
  /** Messages that are not those of the stream. */
  strange = 0
  /** The beginning of a frame that the stream does not have. */
  #begun: Buffer | null = null

  constructor(raw: RawSocket, stream: RoomStream) {
    this.raw = raw
    this.#stream = stream
  }

  take(chunk: Buffer): void {
    if (this.#begun === null && this.#stream.has(this.at, chunk)) this.at += chunk.length
    else this.#takeFrames(chunk)
  }

  /** What is new to the stream, or no message. */
  #takeFrames(chunk: Buffer): void {
    const begun = this.#stream.begunAt(this.at)
    this.at -= begun.length
    const data = Buffer.concat([begun, this.#begun ?? NOTHING, chunk])
    const known = data.subarray(0, this.#stream.length - this.at)
    const isKnown = this.#stream.has(this.at, known)
    if (isKnown) this.at += known.length
    this.#begun = this.#cut(isKnown ? data.subarray(known.length) : data)
  }

  /** Takes whole frames; answers what is left. */
  #cut(data: Buffer): Buffer | null {
    let from = 0
    const used = cutFrames(data, (opcode, start, end) => {
      if (opcode === PING) this.raw.pong(data.subarray(start, end))
      else if (data.toString('latin1', start, start + CHANGES.length) === CHANGES)
        this.#takeMessage(data.subarray(from, end))
      from = end
    })
    return used < data.length ? data.subarray(used) : null
  }

  #takeMessage(frame: Buffer): void {
    const isNew = this.at === this.#stream.length
    if (isNew) this.#stream.append(frame)
    if (isNew || this.#stream.has(this.at, frame)) this.at += frame.length
    else this.strange += 1
  }
}

const NOTHING = Buffer.alloc(0)
