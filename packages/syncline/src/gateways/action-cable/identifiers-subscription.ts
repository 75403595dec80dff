/**
 * `SyncChannel` without parameters: channels are named one by one with `subscribe_to` and `unsubscribe_from`.
 *
 * Each is answered with `{type: 'subscribed', identifier}` or `{type: 'error', identifier, error}`; a right that is
 * lost later is the same error (A2).
 */
import type { CableContext } from './cable-context.ts'
import { confirmFrame, messageFrame } from './cable-frames.ts'
import type { CableSubscription } from './cable-subscription.ts'
import { RETRY_AFTER_MS, UNAVAILABLE } from './channel-subscription.ts'
import { Following } from './following.ts'

export class IdentifiersSubscription implements CableSubscription {
  readonly #context: CableContext
  readonly #identifier: string
  readonly #takeWaitMs: (receivedAtMs: number) => number
  readonly #followings = new Map<string, Following>()

  /** `identifier` is the cable's own; `takeWaitMs` takes from the limit of joins: 0, or how long to wait, in ms. */
  constructor(context: CableContext, identifier: string, takeWaitMs: (receivedAtMs: number) => number) {
    this.#context = context
    this.#identifier = identifier
    this.#takeWaitMs = takeWaitMs
  }

  get channels(): readonly string[] {
    return [...this.#followings].flatMap(([channel, { isUp }]) => (isUp ? [channel] : []))
  }

  begin(): void {
    this.confirmAgain()
  }

  confirmAgain(): void {
    this.#context.send(confirmFrame(this.#identifier))
  }

  perform(action: string, identifier: string | undefined, receivedAtMs: number): void {
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
    if (action === 'subscribe_to') this.#subscribeTo(identifier, receivedAtMs)
    else this.#drop(identifier)
  }

  end(): void {
    for (const identifier of this.#followings.keys()) this.#drop(identifier)
  }

  #subscribeTo(identifier: string, receivedAtMs: number): void {
    const known = this.#followings.get(identifier)
    // While it is asked for, its answer is on the way.
    if (known) return known.isUp ? this.#send({ type: 'subscribed', identifier }) : undefined
    const waitMs = this.#takeWaitMs(receivedAtMs)
    if (waitMs > 0) return this.#refuse(identifier, 'rate_limited', 'Too many subscriptions at once', waitMs)
    if (this.#context.followed.isFull) {
      this.#context.metrics.count('syncline_limit_hits_total', 1, { code: 'too_many_channels' })
      return this.#refuse(identifier, 'too_many_channels', 'Subscription limit reached')
    }
    const following = this.#follow(identifier)
    this.#followings.set(identifier, following)
    this.#context.followed.add(1)
    void following.begin({ channel: identifier, receivedAtMs })
  }

  #follow(identifier: string): Following {
    const context = this.#context
    const following: Following = new Following(context, {
      onUp: () => this.#send({ type: 'subscribed', identifier }),
      onRefused: () => this.#leaveWith(identifier, following, 'Unauthorized'),
      onFailed: () => this.#leaveWith(identifier, following, UNAVAILABLE, RETRY_AFTER_MS),
      onNotice: (notice) => {
        for (const frame of context.frames.ofIdentifier(notice, this.#identifier)) context.send(frame)
      },
      onGone: () => this.#leaveWith(identifier, following, 'Unauthorized'),
    })
    return following
  }

  #refuse(identifier: string, code: string, error: string, retryAfterMs?: number): void {
    const { user, log } = this.#context
    log.debug({ user: user.id, identifier, code }, 'A cable subscription was refused.')
    this.#sendError(identifier, error, retryAfterMs)
  }

  #leaveWith(identifier: string, following: Following, error: string, retryAfterMs?: number): void {
    // Left meanwhile, or asked for anew.
    if (this.#followings.get(identifier) !== following) return
    this.#drop(identifier)
    this.#sendError(identifier, error, retryAfterMs)
  }

  #drop(identifier: string): void {
    const following = this.#followings.get(identifier)
    if (!following) return
    this.#followings.delete(identifier)
    following.end()
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

  #send(message: object): void {
    this.#context.send(messageFrame(this.#identifier, message))
  }
}
