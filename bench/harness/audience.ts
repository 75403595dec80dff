/**
 * Sockets of one room that count what they get and check that nothing is lost, doubled or reordered.
 *
 * Every message is `{"type":"changes",…"version":N…}` with N one higher than in the message before.
 */
import type { RawSocket } from './raw-socket.ts'

const MARK = Buffer.from('"version":')
const CHANGES = Buffer.from('{"type":"changes"')

/** What was received in a while. */
export interface Received {
  readonly messages: number
  readonly bytes: number
}

export class Audience {
  readonly #subscribers: { readonly raw: RawSocket; last: number }[] = []
  #messages = 0
  #bytes = 0
  #disordered = 0
  /** Where the number stands in most messages: they differ in little else. */
  #place = 0

  get size(): number {
    return this.#subscribers.length
  }

  /** Messages that did not follow on the one before. */
  get disordered(): number {
    return this.#disordered
  }

  get received(): Received {
    return { messages: this.#messages, bytes: this.#bytes }
  }

  add(raw: RawSocket): void {
    const subscriber = { raw, last: 0 }
    raw.onFrame = (data, start, end) => {
      if (!isAt(data, start, CHANGES)) return
      const version = this.#versionOf(data, start)
      if (subscriber.last !== 0 && version !== subscriber.last + 1) this.#disordered += 1
      subscriber.last = version
      this.#messages += 1
      this.#bytes += end - start
    }
    this.#subscribers.push(subscriber)
  }

  /** Sockets whose last message was not this one. */
  lacking(version: number): number {
    return this.#subscribers.filter(({ last }) => last !== 0 && last !== version).length
  }

  close(): void {
    for (const { raw } of this.#subscribers) raw.close()
    this.#subscribers.length = 0
  }

  #versionOf(data: Buffer, start: number): number {
    if (!isAt(data, start + this.#place, MARK)) this.#place = data.indexOf(MARK, start) - start
    let at = start + this.#place + MARK.length
    let version = 0
    for (let digit = data[at] as number; digit >= 48 && digit <= 57; digit = data[++at] as number)
      version = version * 10 + digit - 48
    return version
  }
}

function isAt(data: Buffer, at: number, wanted: Buffer): boolean {
  for (let index = 0; index < wanted.length; index++) if (data[at + index] !== wanted[index]) return false
  return true
}
