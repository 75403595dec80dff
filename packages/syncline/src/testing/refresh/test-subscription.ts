/** One subscription of a test connection: confirmed or rejected, its streams, what it has received. */
import type { CableSession } from '../../gateways/action-cable/cable-session.ts'
import type { CableFrame, Inbox } from './inbox.ts'

export class TestSubscription {
  /** The cable identifier: the subscription's parameters as JSON text. */
  readonly identifier: string
  readonly #session: CableSession
  readonly #inbox: Inbox
  readonly #from: number

  constructor(identifier: string, session: CableSession, inbox: Inbox) {
    this.identifier = identifier
    this.#session = session
    this.#inbox = inbox
    this.#from = inbox.frames.length
  }

  /** Sends the subscribe, and resolves when it is answered. */
  async begin(): Promise<void> {
    this.#send({ command: 'subscribe', identifier: this.identifier })
    const answer = await this.#inbox.next((frame) => this.#isAnswer(frame) || isFault(frame), this.#from)
    if (isFault(answer) && !this.isRejected) await this.#refusedFor(answer)
  }

  /** True once the server has confirmed it, and has not taken that back. */
  get isConfirmed(): boolean {
    return this.#last()?.type === 'confirm_subscription'
  }

  /** True when the server has rejected it: at once, or because a right was lost (A2). */
  get isRejected(): boolean {
    return this.#last()?.type === 'reject_subscription'
  }

  /** Names of the channels that it follows. */
  get streams(): readonly string[] {
    return this.#session.subscriptions.get(this.identifier)?.channels ?? []
  }

  /** What it has received, oldest first. */
  get received(): readonly Readonly<Record<string, unknown>>[] {
    return this.#own().flatMap(({ message }) => (message ? [message] : []))
  }

  /** Resolves once it has received so many messages; throws when they do not come. */
  async untilReceived(count: number): Promise<void> {
    await this.#inbox.next(() => this.received.length >= count, 0)
  }

  /** Performs an action, and resolves with its answer; `unsubscribe_from` has none. */
  async perform(
    action: string,
    data: Readonly<Record<string, unknown>> = {},
  ): Promise<Readonly<Record<string, unknown>> | null> {
    const from = this.#inbox.frames.length
    this.#send({ command: 'message', identifier: this.identifier, data: JSON.stringify({ ...data, action }) })
    if (action === 'unsubscribe_from') return null
    const answer = await this.#inbox.next(
      (frame) =>
        (frame.identifier === this.identifier && frame.message?.['type'] !== undefined) || isFault(frame),
      from,
    )
    if (isFault(answer)) throw new Error(answer.error)
    return answer.message ?? null
  }

  /** Ends it. */
  unsubscribe(): void {
    this.#send({ command: 'unsubscribe', identifier: this.identifier })
  }

  /** A limit was hit, or the command is wrong; what is rejected for a reason says so first. */
  async #refusedFor({ error }: CableFrame): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    if (!this.isRejected) throw new Error(error)
  }

  #own(): CableFrame[] {
    return this.#inbox.frames.slice(this.#from).filter(({ identifier }) => identifier === this.identifier)
  }

  #isAnswer(frame: CableFrame): boolean {
    const { identifier, type } = frame
    return (
      identifier === this.identifier && (type === 'confirm_subscription' || type === 'reject_subscription')
    )
  }

  #last(): CableFrame | undefined {
    return this.#own().findLast((frame) => this.#isAnswer(frame))
  }

  #send(command: object): void {
    this.#session.receive(() => JSON.stringify(command), performance.now())
  }
}

function isFault({ identifier, type }: CableFrame): boolean {
  return identifier === undefined && type === 'error'
}
