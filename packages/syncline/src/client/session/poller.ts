/** Synchronises over HTTP while no socket can be had: pushes what waits, pulls the rooms, again every 5 s. */
import { SynclineError } from '../../protocol/errors.ts'
import type { ServerMessage } from '../../protocol/server-message.ts'
import type { Clock } from '../clock.ts'
import type { Endpoint } from './endpoint.ts'

// 5 s: what a person still takes for live, and 12 requests a minute per device.
const EVERY_MS = 5_000
// 30 s: an answer that has not begun by then is not coming.
const BEGIN_MS = 30_000
// 5 min: many rooms over a slow line.
const END_MS = 300_000

export type Fetch = (url: string, init: RequestInit) => Promise<Response>

export interface PollerOptions {
  readonly clock: Clock
  readonly endpoint: Endpoint
  readonly fetch: Fetch
}

/** What the poller needs of the rest of the client. */
export interface PollerHost {
  findToken(): string | undefined | Promise<string | undefined>
  /** The body of the next push; nothing when all is sent. */
  nextPush(): object | undefined
  /** The bodies of the pulls that bring everything in step. */
  pulls(): Iterable<object>
  onPushed(message: ServerMessage): void
  /** The server refused a request: no more of them is sent in this round. */
  onRefused(name: RequestName, problem: Problem): void
  onPulled(messages: readonly ServerMessage[]): void
  /** Every pull was answered. */
  onPolled(): void
  /** The server could not be reached, or did not answer; `problem` when something else answered in its place. */
  onFailed(problem?: Problem): void
}

type RequestName = 'push' | 'pull'

interface Problem {
  readonly code: string
  readonly message: string
}

export class Poller {
  readonly #options: PollerOptions
  readonly #host: PollerHost
  #round = 0
  #cancel: () => void = () => {}

  constructor(options: PollerOptions, host: PollerHost) {
    this.#options = options
    this.#host = host
  }

  start(): void {
    void this.#poll(++this.#round)
  }

  /** What is under way is not listened to any more. */
  stop(): void {
    this.#round++
    this.#cancel()
  }

  async #poll(round: number): Promise<void> {
    const isCurrent = () => round === this.#round
    try {
      await this.#pushAll(isCurrent)
      if (isCurrent()) await this.#pullAll(isCurrent)
    } catch (error) {
      if (isCurrent()) this.#host.onFailed(error instanceof SynclineError ? error : undefined)
    }
    if (isCurrent()) this.#cancel = this.#options.clock.after(EVERY_MS, () => void this.#poll(round))
  }

  async #pushAll(isCurrent: () => boolean): Promise<void> {
    for (let body = this.#host.nextPush(); body; body = this.#host.nextPush()) {
      const answer = await this.#request('push', body)
      if (!isCurrent()) return
      if (!('type' in answer)) return this.#refused('push', answer)
      this.#host.onPushed(answer)
    }
  }

  async #pullAll(isCurrent: () => boolean): Promise<void> {
    for (const body of this.#host.pulls()) {
      const answer = await this.#request('pull', body)
      if (!isCurrent()) return
      if (!('messages' in answer)) return this.#refused('pull', answer)
      this.#host.onPulled(answer.messages)
    }
    this.#host.onPolled()
  }

  #refused(name: RequestName, answer: Answer): void {
    // What has no error either is the answer of something else, and throws here.
    this.#host.onRefused(name, (answer as Refusal).error)
  }

  /** Requests that take too long are ended, and so are those that nobody waits for any more. */
  async #request(name: RequestName, body: object): Promise<Answer> {
    const { clock } = this.#options
    const abort = new AbortController()
    let cancel = () => {}
    const wait = (ms: number) => {
      cancel()
      cancel = clock.after(ms, this.#cancel)
    }
    // Some `fetch` does not hear of it.
    const isOver = new Promise<never>((_, reject) => {
      this.#cancel = () => reject(abort.abort())
    })
    wait(BEGIN_MS)
    try {
      return await Promise.race([isOver, this.#answer(name, body, abort.signal, () => wait(END_MS))])
    } finally {
      cancel()
    }
  }

  async #answer(name: RequestName, body: object, signal: AbortSignal, onBegun: () => void): Promise<Answer> {
    const { fetch, endpoint } = this.#options
    const token = await this.#host.findToken()
    const url = endpoint.request(name)
    const response = await fetch(url, {
      signal,
      method: 'POST',
      credentials: 'include',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
    })
    onBegun()
    const answer = (await response.json().catch(() => {})) as Answer | undefined
    const { status } = response
    // A sync server has these calls, whatever it answers.
    if (answer && status !== 404) return answer
    // A proxy in front of a server that is away answers so too, and soon no longer.
    if (status >= 500) throw new Error(`${status}`)
    const message = `\`${url}\` answered ${status}, and not as a sync server does. Check \`url\`: it ends with \`/sync\`, or the server's \`basePath\`.`
    throw new SynclineError('not_found', message)
  }
}

interface Refusal {
  readonly error: Problem
}

type Answer = ServerMessage | { readonly messages: readonly ServerMessage[] } | Refusal
