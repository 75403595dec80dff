/** Synchronises over HTTP while no socket can be had: pushes what waits, pulls the rooms, again every 5 s. */
import { SynclineError } from '../../protocol/errors.ts'
import type { ServerMessage } from '../../protocol/server-message.ts'
import type { Clock } from '../clock.ts'
import type { Endpoint } from './endpoint.ts'

// 5 s: what a person still takes for live, and 12 requests a minute per device.
const EVERY_MS = 5_000

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
  /** The body of a pull. */
  pull(): object
  onPushed(message: ServerMessage): void
  /** The server refused the request. */
  onRefused(code: string, message: string): void
  onPulled(messages: readonly ServerMessage[]): void
  /** The server could not be reached, or would not answer; `problem` when something else answered in its place. */
  onFailed(problem?: { readonly code: string; readonly message: string }): void
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
      if (isCurrent()) await this.#pull(isCurrent)
    } catch (error) {
      if (isCurrent()) this.#host.onFailed(error instanceof SynclineError ? error : undefined)
    }
    if (isCurrent()) this.#cancel = this.#options.clock.after(EVERY_MS, () => void this.#poll(round))
  }

  async #pushAll(isCurrent: () => boolean): Promise<void> {
    for (let body = this.#host.nextPush(); body; body = this.#host.nextPush()) {
      const answer = await this.#request('push', body)
      if (!isCurrent()) return
      if (!('type' in answer)) return this.#refused(answer)
      this.#host.onPushed(answer)
    }
  }

  async #pull(isCurrent: () => boolean): Promise<void> {
    const answer = await this.#request('pull', this.#host.pull())
    if (!isCurrent()) return
    if ('messages' in answer) this.#host.onPulled(answer.messages)
    else this.#refused(answer)
  }

  #refused(answer: Answer): void {
    if (!('error' in answer)) throw new Error('No message')
    this.#host.onRefused(answer.error.code, answer.error.message)
  }

  async #request(name: 'push' | 'pull', body: object): Promise<Answer> {
    const { fetch, endpoint } = this.#options
    const token = await this.#host.findToken()
    const url = endpoint.request(name)
    const response = await fetch(url, {
      method: 'POST',
      credentials: 'include',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
    })
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

type Answer =
  | ServerMessage
  | { readonly messages: readonly ServerMessage[] }
  | { readonly error: { readonly code: string; readonly message: string } }
