/**
 * The ops that are not stored when the page goes. There may be no other turn, so nothing is awaited: who owns the device
 * is known by its lock, and the transaction is completed also when nobody hears of it any more.
 *
 * What was written so is written again, as a whole, if the page stays after all: nobody can tell which transactions
 * before it went through.
 */
import type { StoredDevice } from '../storage.ts'
import type { Connection } from './connection.ts'
import { OUTBOX_STORES, transact } from './database.ts'
import { planOutbox, withUnstored } from './outbox-log.ts'
import { putDevice } from './write-device.ts'

/** Why a transaction was given up that the last one would have to wait for. */
export const GIVEN_UP = new Error('The page goes.')

interface Place {
  readonly connection: Connection
  readonly slot: number
  readonly owner: string
}

export class LastWrite {
  readonly #place: Place
  /** Lasts as long as the turn in which the page goes. */
  turn: Promise<void> | undefined
  /** The device as it was written; until all of it is written again. */
  written: StoredDevice | undefined

  constructor(place: Place) {
    this.#place = place
  }

  /** From now until the end of the turn, what is committed is the last. */
  begin(): void {
    this.turn = new Promise((resolve) => {
      setTimeout(() => {
        this.turn = undefined
        resolve()
      })
    })
  }

  /** Writes the device, unless all its ops are stored or written already; says whether it did. */
  write(stored: StoredDevice | undefined, device: StoredDevice | undefined, giveUp: () => void): boolean {
    const last = device && withUnstored(this.written ?? stored, device)
    if (!last) return false
    this.written = last
    giveUp()
    // Who wrote is told by what writes it again.
    this.#put(last).catch(() => {})
    return true
  }

  #put(device: StoredDevice): Promise<void> {
    const { connection, slot, owner } = this.#place
    const plan = planOutbox(undefined, device, [])
    return connection.run((database) =>
      transact(database, OUTBOX_STORES, 'strict', (transaction) => {
        putDevice(transaction, slot, owner, device, plan)
        transaction.commit()
      }),
    )
  }
}
