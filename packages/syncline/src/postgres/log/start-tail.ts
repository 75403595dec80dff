/**
 * The tail: reads the log as it grows and hands on every change once (L2), whole transactions at a time (L5), waiting
 * for nobody (L3).
 *
 * Flow: wake-up (a notification, this process's own commit, or the poll) → read what the position has not seen → hand
 * the batch to the listener → move the position → rest as `sleeper.ts` says. A lost connection is opened again and
 * continues at the same position if the database still shows the same past; else everything is loaded again (L4).
 */
import type { Connection, Database, Row, Statement } from '../database.ts'
import type { Batch, LogRow, SnapshotText } from '../log-row.ts'
import { Alarm } from './alarm.ts'
import { AlongReads } from './along-reads.ts'
import { atMostFor } from './at-most-for.ts'
import type { ChangeRow } from './change-row.ts'
import { refuseStandby } from './history.ts'
import { type Maintenance, startMaintenance } from './maintenance.ts'
import { type Beginning, openTail } from './open-tail.ts'
import { LateNotice } from './late-notice.ts'
import { NextReads } from './next-reads.ts'
import type { PastContent } from './past.ts'
import { readPast } from './past-query.ts'
import type { PruneOptions } from './prune.ts'
import { RestModes } from './rest-mode.ts'
import { type RestMode, Sleeper } from './sleeper.ts'
import type { BatchListener, EndQuiet, Tail } from './tail.ts'
import { PAST_CHANGES, RECENT_MS, TailStand } from './tail-stand.ts'
import { type ReadResult, readLarge, readStatement, toReadResult } from './tail-reader.ts'
import { hasPassed, Waiters } from './waiters.ts'
import { Patience, withinTime } from './within-time.ts'
import { NOTIFY, TAILS_LOCK } from './wake.ts'

export interface TailOptions {
  /** Longest delay of a change whose notification was lost, in ms. @default 1_000 */
  pollMs?: number
  /** False behind a transaction pooler, where notifications do not arrive; found out by itself. @default true */
  notifications?: boolean
  /** Keeps partitions ahead and prunes; false when another program does. @default the default retention */
  retention?: PruneOptions | false
  log?: TailLog
}

/** Shape of pino. */
interface TailLog {
  info(fields: Readonly<Record<string, unknown>>, message: string): void
  warn(fields: Readonly<Record<string, unknown>>, message: string): void
}

const POLL_MS = 1_000
const POLL_WITHOUT_NOTIFY_MS = 100
/** A small read takes about a millisecond; one without an answer for so long has lost its connection. */
const READ_TIMEOUT_MS = 5_000
/** Who renders a page waits no longer to learn where it stands. */
const READ_AGAIN_WITHIN_MS = 2_000
const LONGEST_RETRY_MS = 2_000
const CLOSE_WITHIN_MS = 2_000

/** Starts to read at the present; rejects when the database cannot be read as a log (no tables, a standby). */
export async function startTail(
  database: Database,
  options: TailOptions,
  onBatch: BatchListener,
): Promise<Tail> {
  const tail = new LogTail(database, options, onBatch)
  await tail.start()
  return tail
}

class LogTail implements Tail {
  readonly #database: Database
  readonly #options: TailOptions
  readonly #log: TailLog
  readonly #onBatch: BatchListener
  readonly #stand = new TailStand()
  readonly #waiters = new Waiters()
  readonly #alongReads = new AlongReads()
  readonly #nextReads = new NextReads()
  readonly #notice = new LateNotice(() =>
    this.#alongReads.between(() => void this.#connection?.query(NOTIFY).catch(() => {})),
  )
  readonly #restModes: RestModes
  #sleeper = this.#makeSleeper('polled')
  #maintenance: Maintenance | undefined
  #connection: Connection | undefined
  #running: Promise<void> = Promise.resolve()
  #isClosed = false
  readonly #alarm = new Alarm()
  readonly #patience = new Patience(READ_TIMEOUT_MS)

  constructor(database: Database, options: TailOptions, onBatch: BatchListener) {
    this.#database = database
    this.#options = options
    this.#log = options.log ?? { info() {}, warn() {} }
    this.#onBatch = onBatch
    this.#restModes = new RestModes({
      database,
      mayNotify: options.notifications !== false,
      onWake: (sender) => this.#hear(sender),
      onReason: (reason) => this.#sayHowItRests(reason),
    })
  }

  async start(): Promise<void> {
    // Before anything else: a standby refuses to listen, in its own words.
    await refuseStandby(this.#database)
    await this.#restModes.listen()
    try {
      this.#running = this.#run(await this.#open())
    } catch (error) {
      await this.#restModes.close()
      throw error
    }
    if (this.#options.retention === false) return
    this.#maintenance = startMaintenance(this.#database, this.#options.retention ?? {}, (error) =>
      this.#log.warn({ error: String(error) }, 'The log could not be maintained; it is tried again.'),
    )
  }

  get position(): SnapshotText {
    return this.#stand.position
  }

  get epoch(): string {
    return this.#stand.epoch
  }

  get history(): string {
    return this.#stand.history
  }

  get readAtMicros(): number {
    return this.#stand.readAtMicros
  }

  get hasPeers(): boolean {
    return this.#sleeper.hasPeers
  }

  get lagMs(): number {
    return this.#stand.lagMs
  }

  wake(): void {
    this.#alarm.ring()
  }

  beginQuiet(): EndQuiet | undefined {
    if (this.#restModes.mode !== 'notified' || this.hasPeers) return undefined
    return (xid) => {
      if (xid === undefined || !hasPassed(this.position, [xid])) this.wake()
      this.#notice.note()
    }
  }

  readAlong() {
    const from = this.position
    const { statement, shortStatement, resultOf } = this.#alongReads.begin(from, this.#stand.life)
    return {
      statement,
      shortStatement,
      handOver: (answer: readonly Row[], own?: readonly ChangeRow[]) => {
        const result = resultOf(answer, own)
        if (result !== null && this.#stand.isPlain(from, result)) this.#take(from, result)
        else this.wake()
      },
      end: () => this.#alongReads.end(),
    }
  }

  reached(xids: readonly string[]): Promise<void> | undefined {
    if (hasPassed(this.position, xids)) return undefined
    this.wake()
    return this.#waiters.wait(xids, this.position)
  }

  async readAgain(): Promise<void> {
    const read = this.#nextReads.wait()
    this.wake()
    await withinTime(read, READ_AGAIN_WITHIN_MS)
  }

  historyAt(snapshot: SnapshotText): string | null {
    return this.#stand.historyAt(snapshot)
  }

  recent(snapshot: SnapshotText, rooms: readonly string[] | 'all'): readonly LogRow[] | null {
    return this.#stand.recent(snapshot, rooms)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#notice.close()
    this.wake()
    await this.#restModes.close()
    await this.#maintenance?.close()
    // A read under way is let through, unless nobody answers it.
    await atMostFor(this.#running, CLOSE_WITHIN_MS)
    await this.#connection?.close()
    await this.#running
    this.#alarm.close()
    this.#waiters.release()
  }

  /** What this tail tells others is no news to itself. */
  #hear(sender: number | undefined): void {
    const isOwn = sender !== undefined && sender === this.#connection?.processId
    if (isOwn || this.#sleeper.isGathering) return
    this.#alarm.ring('writer')
  }

  /** Follows the log on one connection after the other. */
  async #run(first: Connection): Promise<void> {
    let connection: Connection | undefined = first
    let failures = 0
    while (!this.#isClosed) {
      try {
        connection ??= await this.#open()
        await this.#follow(connection, () => (failures = 0))
      } catch (error) {
        if (this.#isClosed) return
        this.#log.warn({ error: String(error) }, 'The tail lost its connection and opens another.')
        // Not awaited: a connection that fell silent never ends.
        connection?.close().catch(() => {})
        connection = undefined
        await this.#pause(failures++)
      }
    }
  }

  /** Nothing before the first retry; then as long as wake-ups cannot shorten. */
  #pause(failures: number): Promise<void> {
    const longest = failures === 0 ? 0 : Math.min(LONGEST_RETRY_MS, 50 * 2 ** Math.min(failures, 10))
    return new Promise((resolve) => setTimeout(resolve, Math.random() * longest))
  }

  async #open(): Promise<Connection> {
    const { connection, beginning } = await openTail(this.#database, this.#stand.known, {
      changes: PAST_CHANGES,
      recentMs: RECENT_MS,
    })
    this.#connection = connection
    const mode = await this.#restModes.choose(connection)
    if (mode === 'notified') await connection.query(`select pg_advisory_lock_shared(${TAILS_LOCK})`)
    this.#sleeper = this.#makeSleeper(mode)
    if (beginning) this.#begin(beginning)
    return connection
  }

  #sayHowItRests(reason: string | undefined): void {
    if (reason === undefined) return this.#log.info({}, 'Notifications wake the tail again.')
    const pollMs = POLL_WITHOUT_NOTIFY_MS
    this.#log.warn({ pollMs }, `The log is polled every ${pollMs} ms: ${reason}.`)
  }

  #makeSleeper(mode: RestMode): Sleeper {
    return new Sleeper(mode, {
      pollMs: this.#options?.pollMs ?? POLL_MS,
      pollWithoutNotifyMs: POLL_WITHOUT_NOTIFY_MS,
    })
  }

  #begin(beginning: Beginning): void {
    const { batch } = beginning
    this.#stand.begin(beginning)
    if (batch.reset === undefined) return
    this.#log.warn({ reason: batch.reset }, 'The log could not be continued: everything is loaded again.')
    this.#tell({ ...batch, rows: [] })
    this.#waiters.release()
  }

  async #follow(connection: Connection, onRead: () => void): Promise<void> {
    let wasWoken = false
    while (!this.#isClosed) {
      const wokenBy = wasWoken ? this.#alarm.rungBy : 'pause'
      this.#alarm.set()
      const before = this.#sleeper.before(wokenBy, performance.now())
      const { answers, hasFound } = await this.#read(connection, before)
      onRead()
      wasWoken = this.#alarm.isRung
      const restMs = this.#sleeper.after(answers, wasWoken, hasFound)
      // What it gathers notifies nobody.
      if (hasFound && this.#sleeper.isGathering) this.#notice.note()
      if (!wasWoken && restMs > 0) wasWoken = await this.#alarm.rest(restMs)
    }
  }

  async #read(
    connection: Connection,
    before: readonly Statement[],
  ): Promise<{ readonly answers: readonly Row[][]; readonly hasFound: boolean }> {
    const from = this.position
    const number = this.#nextReads.begin()
    const read = readStatement(from, !this.#sleeper.isGathering)
    const answers = await this.#patience.await(connection.pipeline([...before, read]))
    const result = toReadResult(answers.at(-1) as Row[]) ?? (await readLarge(connection, from))
    this.#stand.refuseHole(from, result)
    const past = this.#stand.knowsPastOf(result)
      ? null
      : await readPast(connection, result.position, PAST_CHANGES)
    if (from === this.position) {
      this.#take(from, result, past)
      this.#nextReads.end(number)
    } else this.wake()
    return { answers, hasFound: result.rows.length > 0 || result.overflowing.size > 0 }
  }

  #take(from: SnapshotText, result: ReadResult, past: PastContent | null = null): void {
    this.#alongReads.note(result.past)
    const batch = this.#stand.take(from, result, past)
    if (batch) this.#tell(batch)
    this.#waiters.passed(result.position)
  }

  #tell(batch: Batch): void {
    try {
      this.#onBatch(batch)
    } catch (error) {
      // The log goes on for everybody else.
      this.#log.warn(
        { error: error instanceof Error ? error.stack : String(error) },
        'A batch could not be routed.',
      )
    }
  }
}
