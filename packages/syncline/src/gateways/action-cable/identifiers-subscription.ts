/**
 * `SyncChannel` without parameters: channels are named one by one with `subscribe_to` and `unsubscribe_from`.
 *
 * Each is answered with `{type: 'subscribed', identifier}` or `{type: 'error', identifier, error}`; a right that is
 * lost later is the same error (A2). What is left before it was answered is an error too: whoever asked knows how many
 * answers are to come. Who names a channel with a cursor hears what it has missed since (R1), and beside
 * each message its place in the log (R2); naming it again from another cursor begins anew.
 */
import type { Performed } from './cable-command.ts'
import type { CableContext } from './cable-context.ts'
import { confirmFrame, messageFrame } from './cable-frames.ts'
import type { CableSubscription } from './cable-subscription.ts'
import { RETRY_AFTER_MS, UNAVAILABLE } from './channel-subscription.ts'
import { Following } from './following.ts'

interface Followed {
  readonly following: Following
  /** Of the request. */
  readonly cursor: string | undefined
  /** Where it began, for who asked from a cursor. */
  place?: string
}

interface Named {
  readonly identifier: string
  readonly cursor?: string | undefined
}

export class IdentifiersSubscription implements CableSubscription {
  readonly #context: CableContext
  readonly #identifier: string
  readonly #takeWaitMs: (receivedAtMs: number) => number
  readonly #followed = new Map<string, Followed>()

  /** `identifier` is the cable's own; `takeWaitMs` takes from the limit of joins: 0, or how long to wait, in ms. */
  constructor(context: CableContext, identifier: string, takeWaitMs: (receivedAtMs: number) => number) {
    this.#context = context
    this.#identifier = identifier
    this.#takeWaitMs = takeWaitMs
  }

  get channels(): readonly string[] {
    return [...this.#followed].flatMap(([channel, { following }]) => (following.isUp ? [channel] : []))
  }

  begin(): void {
    this.confirmAgain()
  }

  confirmAgain(): void {
    this.#context.send(confirmFrame(this.#identifier))
  }

  perform({ action, identifier, cursor }: Performed, receivedAtMs: number): void {
    if (action !== 'subscribe_to' && action !== 'unsubscribe_from') {
      return this.#sendError(
        identifier,
        `Unknown action \`${action.slice(0, 60)}\`: SyncChannel has \`subscribe_to\` and \`unsubscribe_from\``,
      )
    }
    if (identifier === undefined) {
      return this.#sendError(
        identifier,
        `The action \`${action}\` names no channel: give \`identifier\`, such as "Account:all"`,
      )
    }
    if (action === 'subscribe_to') this.#subscribeTo({ identifier, cursor }, receivedAtMs)
    else this.#unsubscribeFrom(identifier)
  }

  #unsubscribeFrom(identifier: string): void {
    const isUp = this.#followed.get(identifier)?.following.isUp
    this.#drop(identifier)
    if (isUp === false) this.#sendError(identifier, 'Unsubscribed')
  }

  end(): void {
    for (const identifier of this.#followed.keys()) this.#drop(identifier)
  }

  #subscribeTo(named: Named, receivedAtMs: number): void {
    const { identifier, cursor } = named
    const known = this.#followed.get(identifier)
    // While it is asked for, its answer is on the way.
    if (known && known.cursor === cursor) return known.following.isUp ? this.#confirm(named) : undefined
    const waitMs = this.#takeWaitMs(receivedAtMs)
    if (waitMs > 0) return this.#refuse(identifier, 'rate_limited', 'Too many subscriptions at once', waitMs)
    this.#drop(identifier)
    if (this.#context.followed.isFull) {
      this.#context.metrics.count('syncline_limit_hits_total', 1, { code: 'too_many_channels' })
      return this.#refuse(identifier, 'too_many_channels', 'Subscription limit reached')
    }
    const following = this.#follow(named)
    this.#followed.set(identifier, { following, cursor })
    this.#context.followed.add(1)
    void following.begin({ channel: identifier, receivedAtMs, ...(cursor !== undefined && { cursor }) })
  }

  #follow(named: Named): Following {
    const context = this.#context
    const { identifier, cursor } = named
    const request = { identifier: this.#identifier, ...(cursor !== undefined && { cursor }) }
    const following: Following = new Following(context, {
      onUp: (place) => {
        const followed = this.#followed.get(identifier)
        if (followed && cursor !== undefined) followed.place = place
        this.#confirm(named)
      },
      onRefused: () => this.#leaveWith(identifier, following, 'Unauthorized'),
      onFailed: () => this.#leaveWith(identifier, following, UNAVAILABLE, RETRY_AFTER_MS),
      onNotice: (notice) => {
        for (const frame of context.frames.ofIdentifier(notice, request)) context.send(frame)
      },
      onGone: () => this.#leaveWith(identifier, following, 'Unauthorized'),
    })
    return following
  }

  #confirm({ identifier }: Named): void {
    this.#send({ type: 'subscribed', identifier }, this.#followed.get(identifier)?.place)
  }

  #refuse(identifier: string, code: string, error: string, retryAfterMs?: number): void {
    const { user, log } = this.#context
    log.debug({ user: user.id, identifier, code }, 'A cable subscription was refused.')
    this.#sendError(identifier, error, retryAfterMs)
  }

  #leaveWith(identifier: string, following: Following, error: string, retryAfterMs?: number): void {
    // Left meanwhile, or asked for anew.
    if (this.#followed.get(identifier)?.following !== following) return
    this.#drop(identifier)
    this.#sendError(identifier, error, retryAfterMs)
  }

  #drop(identifier: string): void {
    const followed = this.#followed.get(identifier)
    if (!followed) return
    this.#followed.delete(identifier)
    followed.following.end()
    this.#context.followed.add(-1)
  }

  #sendError(identifier: string | undefined, error: string, retryAfterMs?: number): void {
    this.#send({
      type: 'error',
      ...(identifier !== undefined && { identifier }),
      error,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    })
  }

  #send(message: object, cursor?: string): void {
    this.#context.send(messageFrame(this.#identifier, message, cursor))
  }
}
