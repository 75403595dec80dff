/**
 * One cable connection: commands in, frames out. Knows no socket.
 *
 *   A1 closed   a subscription is confirmed after its right was checked, never before
 *   A2 revoked  a lost right ends the subscription with `reject_subscription`, and nothing comes after
 *   A3 silent   every rejection is alike in bytes, and leaves 25 ms after its command arrived
 *
 * What is wrong with a command is answered, changes nothing, and costs from the same budget as a sound one.
 */
import type { Identity } from '../../server/identity.ts'
import type { RunningCore } from '../../server/create-core.ts'
import { untilNegativeAnswer } from '../../server/negative-answer.ts'
import type { Rate } from '../../server/limits.ts'
import { bucketWaitMs, drawnBucket, FULL_BUCKET } from '../../server/token-bucket.ts'
import type { BroadcastFrames } from './broadcast-frames.ts'
import { type CableCommand, parseCommand, parsePerformed } from './cable-command.ts'
import { type CableContext, FollowedCount } from './cable-context.ts'
import { faultFrame, rejectFrame } from './cable-frames.ts'
import { type Asked, parseIdentifier } from './cable-identifier.ts'
import type { CableOutlet } from './cable-outlet.ts'
import type { CableSubscription } from './cable-subscription.ts'
import { ChannelSubscription } from './channel-subscription.ts'
import { IdentifiersSubscription } from './identifiers-subscription.ts'

export interface CableSessionOptions {
  readonly core: RunningCore
  readonly identity: Identity
  readonly frames: BroadcastFrames
  readonly outlet: CableOutlet
  readonly address: string
}

export class CableSession {
  readonly #core: RunningCore
  readonly #identity: Identity
  readonly #outlet: CableOutlet
  /** Where it comes from. */
  readonly address: string
  readonly #context: CableContext
  readonly #subscriptions = new Map<string, CableSubscription>()
  #messages = FULL_BUCKET
  #joins = FULL_BUCKET
  readonly #endWatch: () => void
  #isEnded = false

  constructor({ core, identity, frames, outlet, address }: CableSessionOptions) {
    this.#core = core
    this.#identity = identity
    this.#outlet = outlet
    this.address = address
    this.#context = {
      user: identity.user,
      markers: core.markers,
      frames,
      log: core.log,
      metrics: core.metrics,
      followed: new FollowedCount(core.limits.channelsPerConnection),
      send: (frame) => {
        if (!this.#isEnded) outlet.send(frame)
      },
    }
    this.#endWatch = core.watchProof(identity, {
      onExpired: () => this.#outlet.disconnect('unauthorized', false),
      onEnded: () => this.#outlet.disconnect('unauthorized', false),
      // It comes back at once, as who it is now.
      onChanged: () => this.#outlet.disconnect('remote', true),
    })
  }

  get identity(): Identity {
    return this.#identity
  }

  get isOpen(): boolean {
    return !this.#isEnded
  }

  /** What was subscribed to, by cable identifier. */
  get subscriptions(): ReadonlyMap<string, CableSubscription> {
    return this.#subscriptions
  }

  /** Takes one message; `read` gives its text and is not called for one message too many. */
  receive(read: () => string, receivedAtMs: number): void {
    if (this.#isEnded) return
    const rate = this.#core.limits.messages
    const waitMs = this.#waitMs(rate, this.#messages, receivedAtMs)
    if (waitMs > 0) return this.#limit(waitMs)
    this.#messages = drawnBucket(rate, this.#messages, receivedAtMs)
    const command = parseCommand(read())
    if ('fault' in command) return this.#fault(command.fault)
    this.#handle(command, receivedAtMs)
  }

  /** Ends the subscriptions that the user has sync turned off for. */
  checkEnabled(): void {
    if (this.#core.isEnabled(this.#identity.user)) return
    for (const identifier of this.#subscriptions.keys()) {
      this.#drop(identifier)
      this.#context.send(rejectFrame(identifier))
    }
  }

  /** The connection is gone. */
  end(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#endWatch()
    for (const identifier of this.#subscriptions.keys()) this.#drop(identifier)
  }

  #handle(command: CableCommand, receivedAtMs: number): void {
    switch (command.command) {
      case 'subscribe':
        return this.#subscribe(command.identifier, receivedAtMs)
      case 'unsubscribe':
        return this.#drop(command.identifier)
      case 'message':
        return this.#perform(command.identifier, command.data, receivedAtMs)
    }
  }

  #subscribe(identifier: string, receivedAtMs: number): void {
    const known = this.#subscriptions.get(identifier)
    if (known) return known.confirmAgain()
    const waitMs = this.#takeWaitMs(receivedAtMs)
    // Not rejected: the client forgets what is rejected, and asks again for what is not answered.
    if (waitMs > 0) return this.#limit(waitMs)
    const asked = parseIdentifier(identifier)
    if (!asked) return void this.#reject(identifier, receivedAtMs)
    if (!this.#core.isEnabled(this.#identity.user)) return this.#refuse(identifier, 'disabled', DISABLED)
    const { limit, isFull } = this.#context.followed
    if (this.#subscriptions.size >= limit || (asked.is === 'channel' && isFull)) {
      this.#core.metrics.count('syncline_limit_hits_total', 1, { code: 'too_many_channels' })
      return this.#refuse(identifier, 'too_many_channels', 'Subscription limit reached')
    }
    this.#begin(identifier, asked, receivedAtMs)
  }

  #begin(identifier: string, asked: Asked, receivedAtMs: number): void {
    const subscription: CableSubscription =
      asked.is === 'identifiers'
        ? new IdentifiersSubscription(this.#context, identifier, (atMs) => this.#takeWaitMs(atMs))
        : new ChannelSubscription(this.#context, { ...asked, identifier, receivedAtMs }, () =>
            this.#drop(identifier, subscription),
          )
    this.#subscriptions.set(identifier, subscription)
    subscription.begin()
  }

  #perform(identifier: string, data: string, receivedAtMs: number): void {
    const subscription = this.#subscriptions.get(identifier)
    if (!subscription) {
      return this.#fault(
        'The message is for a subscription that this connection does not have. Subscribe first, and wait for its confirmation.',
      )
    }
    const performed = parsePerformed(data)
    if ('fault' in performed) return this.#fault(performed.fault)
    subscription.perform(performed, receivedAtMs)
  }

  #takeWaitMs(receivedAtMs: number): number {
    const { user } = this.#identity
    const rate = this.#core.limits.joins
    const waitMs = this.#waitMs(rate, this.#joins, receivedAtMs)
    if (waitMs > 0) return waitMs
    this.#joins = drawnBucket(rate, this.#joins, receivedAtMs)
    return (
      (this.#core.take('joins', { user: user.id })?.retryAfterMs ?? 0) ||
      (this.#core.take('joins', { address: this.address })?.retryAfterMs ?? 0)
    )
  }

  /** Counts a hit of the connection's own limit; those of users and addresses are counted where they are kept. */
  #waitMs(rate: Rate, bucket: number, receivedAtMs: number): number {
    const waitMs = bucketWaitMs(rate, bucket, receivedAtMs)
    if (waitMs > 0) this.#core.metrics.count('syncline_limit_hits_total', 1, { code: 'rate_limited' })
    return waitMs
  }

  async #reject(identifier: string, receivedAtMs: number): Promise<void> {
    await untilNegativeAnswer(receivedAtMs)
    this.#context.log.debug(
      { user: this.#identity.user.id, identifier },
      'A cable subscription was rejected: it names no channel.',
    )
    this.#context.send(rejectFrame(identifier))
  }

  /** Rejects for a reason that is no secret, and says it. */
  #refuse(identifier: string, code: string, error: string): void {
    this.#context.log.debug(
      { user: this.#identity.user.id, identifier, code },
      'A cable subscription was refused.',
    )
    this.#context.send(faultFrame(code, error))
    this.#context.send(rejectFrame(identifier))
  }

  #limit(waitMs: number): void {
    this.#context.log.debug(
      { user: this.#identity.user.id, waitMs },
      'A cable connection asks for too much at once.',
    )
    this.#context.send(
      faultFrame('rate_limited', `Too many commands at once. Send it again in ${waitMs} ms.`, waitMs),
    )
  }

  #fault(error: string): void {
    this.#core.metrics.count('syncline_invalid_messages_total')
    this.#context.send(faultFrame('invalid_message', error))
  }

  /** Ends a subscription; with `only`, if it is still that one. */
  #drop(identifier: string, only?: CableSubscription): void {
    const subscription = this.#subscriptions.get(identifier)
    if (!subscription || (only && subscription !== only)) return
    this.#subscriptions.delete(identifier)
    subscription.end()
  }
}

const DISABLED = 'Synchronisation is turned off. The page works on without it; do not subscribe again.'
