/**
 * A database whose log can be fed from memory, so that fan-out is measured without the commits before it.
 *
 * Everything is real but the answers to the tail's reads, and to what it asks in the same round trip: after `feed` each
 * read finds one change and a position one transaction further, exactly as PostgreSQL would answer. The rest of the way
 * is the product's: tail, routing, sealed cursor, encoding, members, sockets. Once fed, the tail stands beyond the real
 * log and must not read it again.
 *
 * The server wakes its tail as after its own commits. By notifications that follow one another so fast, the tail would
 * gather: read every 5 ms what has come together, and a read finds one change here.
 */
import type { Connection, Database } from 'syncline/server'

type Statement = Parameters<Connection['pipeline']>[0][number]
type Row = Record<string, unknown>

/** Columns of `syncline.log` as a driver hands them on; those of its place in the log are filled in when it is read. */
interface FedChange extends Row {
  seq: string | null
  xid: string | null
}

export interface FedDatabase {
  readonly database: Database
  /** How the server that was made with it wakes its tail. */
  wakeBy(wake: () => void): void
  /** Lets the tail find these changes, each as a transaction of its own, in this turn of the event loop. */
  feed(changes: readonly FedChange[]): void
  /** True while the tail has not read all of them. */
  isBusy(): boolean
}

/** How the tail reads many changes, or few. */
const READS: readonly (string | undefined)[] = ['syncline read', 'syncline next']

/** Answers what a tail asks in the same round trip before it rests: no other tail is there, and its lock is granted. */
const ALONE: Row = { tails: 1, granted: true, by_tail: false }

/** Transactions before the first change that is fed: more than there can have been since the tail's last real read. */
const AHEAD = 1_000_000

/** Wraps a database before a server is made with it. */
export function feedable(database: Database): FedDatabase {
  const log = new FedLog()
  return {
    database: {
      ...database,
      async connect(name, settings) {
        const connection = await database.connect(name, settings)
        return name === 'tail' ? log.over(connection) : connection
      },
    },
    wakeBy: (wake) => (log.wake = wake),
    feed: (changes) => log.feed(changes),
    isBusy: () => log.isBusy,
  }
}

class FedLog {
  wake: () => void = () => {}
  readonly #waiting: FedChange[] = []
  /** What the last real read said of the log: floor, life, position. */
  #present: Row = {}
  #nextTransaction = 0

  get isBusy(): boolean {
    return this.#waiting.length > 0
  }

  over(connection: Connection): Connection {
    return { ...connection, pipeline: (statements) => this.#pipeline(connection, statements) }
  }

  feed(changes: readonly FedChange[]): void {
    if (!('position' in this.#present))
      throw new Error('The tail has not read yet. Wait for `ready` before feeding.')
    if (this.#nextTransaction === 0)
      this.#nextTransaction = Number(String(this.#present['position']).split(':')[1]) + AHEAD
    this.#waiting.push(...changes)
    this.wake()
  }

  async #pipeline(connection: Connection, statements: readonly Statement[]): Promise<Row[][]> {
    const isRead = READS.includes(statements.at(-1)?.name)
    if (!isRead || this.#nextTransaction === 0) {
      const answers = await connection.pipeline(statements)
      if (isRead) this.#present = { ...answers.at(-1)?.[0], seq: null }
      return answers
    }
    return statements.length === 1
      ? [this.#next()]
      : [...statements.slice(1).map(() => [ALONE]), this.#next()]
  }

  /** The present, and the change behind it. */
  #next(): Row[] {
    const change = this.#waiting.shift()
    if (!change) return [this.#present]
    const xid = this.#nextTransaction++
    // Objects of the driver's own cost it less than copies would here, where the server under test pays for them.
    this.#present['position'] = `${xid + 1}:${xid + 1}:`
    change.seq = change.xid = String(xid)
    if (this.#waiting.length > 0) this.wake()
    return [this.#present, change]
  }
}
