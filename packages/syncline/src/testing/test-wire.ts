/**
 * The network between one client and a server in the same process, with faults: delays, cuts, silence, pushes and
 * answers that are lost, doubled, or overtake each other.
 *
 * A socket keeps its order and loses nothing while it lives, as TCP does; only pushes and acks, which the wire
 * promises to survive, are dropped, doubled and reordered inside it.
 */
import type { Fetch } from '../client/session/poller.ts'
import type { SocketConstructor, SocketLike } from '../client/session/socket.ts'
import type { TestClock } from './test-clock.ts'

/** What the wire leads to: the model server, or anything that speaks the same. */
export interface WireEnd {
  connect(send: (text: string) => void, end: () => void): { receive(text: string): void; close(): void }
  request(name: 'push' | 'pull', body: unknown, token: string | undefined): object
}

/** Chances are for each message, from 0 to 1. */
export interface WireFaults {
  /** Every message takes a random time between these, in ms. @default [1, 10] */
  readonly delayMs?: readonly [least: number, most: number]
  /** A push or an ack does not arrive. */
  readonly drop?: number
  /** A push arrives twice. */
  readonly duplicate?: number
  /** A push overtakes what was sent before it. */
  readonly reorder?: number
  /** The message is lost and the connection with it. */
  readonly cut?: number
}

export interface TestWire {
  readonly WebSocket: SocketConstructor
  readonly fetch: Fetch
  /** Replaces the faults in force. */
  fault(faults: WireFaults): void
  /** Ends the connection now; what is under way is lost. */
  cut(): void
  /** Refuses new connections and requests; `connected(false)` also cuts. */
  connected(isConnected: boolean): void
  /** Takes everything and passes nothing on: half-open connections, which stay so. New ones work after `silent(false)`. */
  silent(isSilent: boolean): void
  /** Refuses sockets and lets requests through, as some proxies do. */
  socketsBlocked(isBlocked: boolean): void
}

export interface WireOptions {
  readonly clock: TestClock
  readonly random: () => number
}

/** Makes the wire of one client. */
export function testWire(end: WireEnd, { clock, random }: WireOptions): TestWire {
  const links = new Set<Link>()
  let faults: WireFaults = {}
  let isConnected = true
  let isSilent = false
  let isBlocked = false
  const happens = (chance = 0) => chance > 0 && random() < chance
  const delay = () => {
    const [least, most] = faults.delayMs ?? [1, 10]
    return least + random() * (most - least)
  }

  class Link implements SocketLike {
    onopen: SocketLike['onopen'] = null
    onmessage: SocketLike['onmessage'] = null
    onclose: SocketLike['onclose'] = null
    onerror: SocketLike['onerror'] = null
    #server: ReturnType<WireEnd['connect']> | undefined
    #isOpen = true
    /** Nothing passes any more: what was lost in a silence does not come later. */
    isMute = isSilent
    readonly #upQueue: (() => void)[] = []
    readonly #downQueue: (() => void)[] = []
    #upAt = 0
    #downAt = 0

    constructor() {
      links.add(this)
      clock.after(delay(), () => this.#open())
    }

    send(text: string): void {
      const isPush = text.startsWith('{"type":"push"')
      if (isPush && happens(faults.drop)) return
      if (isPush && happens(faults.duplicate)) this.#up(text, false)
      this.#up(text, isPush && happens(faults.reorder))
    }

    close(): void {
      this.#isOpen = false
      links.delete(this)
      this.#server?.close()
    }

    /** Both ends see the connection end. */
    cut(): void {
      if (!this.#isOpen) return
      this.close()
      this.onclose?.(undefined as never)
    }

    #open(): void {
      if (!this.#isOpen) return
      if (this.isMute) return
      if (!isConnected || isBlocked) return this.cut()
      this.#server = end.connect(
        (text) => this.#down(text),
        () => clock.after(delay(), () => this.cut()),
      )
      this.onopen?.(undefined as never)
    }

    #up(text: string, isOvertaking: boolean): void {
      if (happens(faults.cut)) return this.cut()
      const receive = () => this.#server?.receive(text)
      if (isOvertaking) this.#deliver(delay(), receive)
      else this.#upAt = this.#deliverInOrder(this.#upAt, this.#upQueue, receive)
    }

    #down(text: string): void {
      if (happens(faults.cut)) return this.cut()
      if (text.startsWith('{"type":"ack"') && happens(faults.drop)) return
      this.#downAt = this.#deliverInOrder(this.#downAt, this.#downQueue, () =>
        this.onmessage?.({ data: text }),
      )
    }

    /** Not before what was sent before it; returns when. */
    #deliverInOrder(lastAt: number, queue: (() => void)[], receive: () => void): number {
      const at = Math.max(lastAt, clock.now() + delay())
      queue.push(receive)
      // The first of the queue, whichever timer runs: sums of fractions may put two of them in the wrong order.
      this.#deliver(at - clock.now(), () => queue.shift()?.())
      return at
    }

    #deliver(delayMs: number, receive: () => void): void {
      clock.after(delayMs, () => {
        if (this.#isOpen && !this.isMute) receive()
      })
    }
  }

  const request = async (url: string, init: RequestInit): Promise<Response> => {
    const name = url.endsWith('/push') ? 'push' : 'pull'
    await passes()
    const token = (init.headers as Record<string, string>)['authorization']?.slice('Bearer '.length)
    const answer = JSON.stringify(end.request(name, JSON.parse(init.body as string), token))
    await passes()
    return new Response(answer, { status: 200, headers: { 'content-type': 'application/json' } })
  }

  const passes = () =>
    new Promise<void>((resolve, reject) => {
      clock.after(delay(), () => {
        if (!isConnected || isSilent || happens(faults.cut) || happens(faults.drop))
          reject(new TypeError('fetch failed'))
        else resolve()
      })
    })

  const cut = () => {
    for (const link of Array.from(links)) link.cut()
  }
  return {
    WebSocket: Link as unknown as SocketConstructor,
    fetch: request,
    fault: (next) => {
      faults = next
    },
    cut,
    connected(next) {
      isConnected = next
      if (!next) cut()
    },
    silent(next) {
      isSilent = next
      if (next) for (const link of links) link.isMute = true
    },
    socketsBlocked(next) {
      isBlocked = next
      if (next) cut()
    },
  }
}
