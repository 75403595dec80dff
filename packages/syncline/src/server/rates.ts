/** How often users and addresses may ask, over all their connections and wires (W4). */
import type { Limits } from './limits.ts'
import { type BucketTable, createBucketTable } from './token-bucket.ts'

/** Who asks: one of a user's connections, or somebody at an address. */
export type Asker = { readonly user: string } | { readonly address: string }

export class Rates {
  readonly #ofUsers: Readonly<Record<'joins' | 'pushes', BucketTable>>
  readonly #ofAddresses: Readonly<Record<'joins' | 'pushes' | 'connects', BucketTable>>

  constructor({ joinsPerUser, pushesPerUser, joinsPerAddress, pushesPerAddress, connects }: Limits) {
    this.#ofUsers = { joins: createBucketTable(joinsPerUser), pushes: createBucketTable(pushesPerUser) }
    this.#ofAddresses = {
      joins: createBucketTable(joinsPerAddress),
      pushes: createBucketTable(pushesPerAddress),
      connects: createBucketTable(connects),
    }
  }

  /** Takes `amount`, of a user's or an address's: 0, or the time until there is enough, in ms. */
  take(kind: 'joins' | 'pushes', of: Asker, amount?: number): number {
    const nowMs = performance.now()
    return 'user' in of
      ? this.#ofUsers[kind].take(of.user, nowMs, amount)
      : this.#ofAddresses[kind].take(of.address, nowMs, amount)
  }

  /** Takes one connection, or one request of somebody unknown. */
  connect(address: string): number {
    return this.#ofAddresses.connects.take(address, performance.now())
  }
}
