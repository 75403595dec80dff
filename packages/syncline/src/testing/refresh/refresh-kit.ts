/**
 * Tests of the refresh step, as Rails developers expect them: `assert_broadcast_on`, `stub_connection`, `subscribe`,
 * `subscription.confirmed?`, `assert_has_stream`.
 *
 * ```ts
 * const { expectBroadcast, connectAs } = refreshKit(sync)
 * await expectBroadcast('Account:7', { action: 'refresh', prop: 'account' }, () => rename(7))
 * const subscription = await connectAs(ben).subscribe({ model: 'Account', id: '7' })
 * expect(subscription.isConfirmed).toBe(true)
 * ```
 */
import type { Sync } from '../../gateways/create-sync.ts'
import type { User } from '../../protocol/user.ts'
import type { Broadcast } from '../../server/explain/broadcast-watch.ts'
import { expectBroadcast, type ExpectedBroadcast, expectNoBroadcast } from './expect-broadcast.ts'
import { TestConnection } from './test-connection.ts'

export type { ExpectedBroadcast } from './expect-broadcast.ts'
export type { TestConnection } from './test-connection.ts'
export type { TestSubscription } from './test-subscription.ts'

export interface RefreshKit {
  /**
   * Does the work and resolves with the first broadcast that fits; throws with what came instead. `channel` is exact,
   * or a pattern. Nothing is waited for longer than the log takes to be read.
   */
  expectBroadcast(
    channel: string | RegExp,
    expected: ExpectedBroadcast,
    work: () => unknown,
  ): Promise<Broadcast>
  /** Does the work, and throws when anything is broadcast to the channel. */
  expectNoBroadcast(channel: string | RegExp, work: () => unknown): Promise<void>
  /** A connection of this user, without socket and sign-in; the access rules are the application's own. */
  connectAs(user: User): TestConnection
}

/** Makes the kit for a server of `createSync`; wait for `sync.ready` before. */
export function refreshKit(sync: Sync): RefreshKit {
  return {
    expectBroadcast: (channel, expected, work) => expectBroadcast(sync, channel, expected, work),
    expectNoBroadcast: (channel, work) => expectNoBroadcast(sync, channel, work),
    connectAs: (user) => new TestConnection(sync, user),
  }
}
