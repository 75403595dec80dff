/** A cable connection of a user without sockets and sign-in: what `ActionCable::Channel::TestCase` gives Rails developers. */
import type { Sync } from '../../gateways/create-sync.ts'
import { coreOf } from '../../gateways/core-of.ts'
import { BroadcastFrames } from '../../gateways/action-cable/broadcast-frames.ts'
import { CableSession } from '../../gateways/action-cable/cable-session.ts'
import type { User } from '../../protocol/user.ts'
import { Inbox } from './inbox.ts'
import { TestSubscription } from './test-subscription.ts'

/** `{model, id[, collection]}`; none for channels that are named with `perform('subscribe_to', …)`. */
export interface SubscriptionParams {
  /** @default 'SyncChannel' */
  readonly channel?: string
  readonly model?: string
  readonly id?: string | number
  readonly collection?: string
  readonly cursor?: string
}

export class TestConnection {
  readonly user: User
  readonly #session: CableSession
  readonly #inbox = new Inbox()
  #disconnected: { readonly reason: string; readonly reconnect: boolean } | null = null

  constructor(sync: Sync, user: User) {
    this.user = user
    this.#session = new CableSession({
      core: coreOf(sync),
      identity: { user },
      frames: new BroadcastFrames(),
      address: 'test',
      outlet: {
        send: (frame) => this.#inbox.put(frame.text),
        disconnect: (reason, reconnect) => {
          this.#disconnected = { reason, reconnect }
          this.#session.end()
        },
      },
    })
  }

  /** Why the server has ended the connection; null while it stands. */
  get disconnected(): { readonly reason: string; readonly reconnect: boolean } | null {
    return this.#disconnected
  }

  /** The channels that the connection follows, over all its subscriptions. */
  get streams(): readonly string[] {
    return [...this.#session.subscriptions.values()].flatMap(({ channels }) => channels)
  }

  /** Subscribes, and resolves when the answer has come. */
  async subscribe({
    channel = 'SyncChannel',
    ...params
  }: SubscriptionParams = {}): Promise<TestSubscription> {
    const identifier = JSON.stringify({ channel, ...params })
    const subscription = new TestSubscription(identifier, this.#session, this.#inbox)
    await subscription.begin()
    return subscription
  }

  /** Ends the connection and all its subscriptions. */
  close(): void {
    this.#session.end()
  }
}
