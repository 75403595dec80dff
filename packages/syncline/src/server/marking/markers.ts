/**
 * Step 1 on the server: who wants to hear that a channel has changed, and telling them.
 *
 * Flow: batch → rights that it can have changed are held for one check → changes become marks by channel → one notice
 * for each channel with subscribers, shared by all of them and by all wires.
 *
 *   R1 no lost refresh  a subscriber with a cursor learns at once whether its channel has changed since
 *   R3 no data          a notice carries an action, a prop's name and a sealed place
 *   A1, A2              the right is the rows' own: checked before the first notice, and again when it can have changed
 *   A3 silent           every refusal leaves 25 ms after its request arrived
 */
import type { Database } from '../../postgres/database.ts'
import { RECORD } from '../../postgres/log/snapshot.ts'
import type { Tail } from '../../postgres/log/tail.ts'
import type { Batch } from '../../postgres/log-row.ts'
import type { Rules } from '../../postgres/rules.ts'
import { withPosition } from '../../protocol/marker-cursor.ts'
import type { User } from '../../protocol/user.ts'
import type { CompiledSchema } from '../../schema/model.ts'
import { findMarkerTarget } from '../channel-target.ts'
import type { CursorSeal } from '../cursor/cursor-seal.ts'
import type { Ids } from '../ids/ids.ts'
import type { Logger } from '../logger.ts'
import { readersOf } from '../may-read.ts'
import type { Metrics } from '../metrics.ts'
import { conditionKey } from '../rooms/check-readers.ts'
import type { Guards } from '../rooms/guards.ts'
import { ChangedSince, type Missed } from './changed-since.ts'
import { MarkedChannel } from './marked-channel.ts'
import { MarkerNotice } from './marker-notice.ts'
import type { Marks } from './marks.ts'
import { hasListChanged, OwnList } from './own-list.ts'
import { Stream } from './stream.ts'
import { Streams } from './streams.ts'
import {
  type MarkerRequest,
  type MarkerSubscription,
  Subscription,
  type SubscriptionContext,
} from './subscription.ts'

export interface MarkersOptions {
  readonly schema: CompiledSchema
  readonly ids: Ids
  readonly rules: Rules
  readonly guards: Guards
  readonly database: Database
  readonly seal: CursorSeal
  readonly log: Logger
  readonly metrics: Metrics
  /** The tail; asked for when it is needed, because it starts later. */
  readonly tail: () => Tail
}

export class Markers {
  readonly changedSince: ChangedSince
  readonly #options: MarkersOptions
  readonly #guards: Guards
  readonly #streams: Streams
  readonly #context: SubscriptionContext

  constructor(options: MarkersOptions) {
    const { schema, guards, database, seal, log, metrics, tail } = options
    this.#options = options
    this.#guards = guards
    this.#streams = new Streams(schema, this.#guards)
    this.changedSince = new ChangedSince(schema, database, this.#guards)
    this.#context = {
      seal,
      log,
      metrics,
      tail,
      changedSince: this.changedSince,
      open: (channel, user) => this.#open(channel, user),
      closeIfEmpty: (stream) => this.#streams.closeIfEmpty(stream),
      cursor: () => this.cursor(),
      marksOf: (channel, user, missed) => this.marksOf(channel, user, missed, database),
      async pretendToCheck(stream) {
        // While the database is slow, a refusal without a question to it would say so.
        if (stream === null || stream.marked.target.kind === 'all')
          await database.query('select 1').catch(() => {})
      },
    }
  }

  /** Subscriptions by what they are about. */
  countByKind(): Record<'record' | 'all' | 'mine' | 'collection', number> {
    const counts = { record: 0, all: 0, mine: 0, collection: 0 }
    for (const { room, marked } of this.#streams.all()) {
      const { kind } = marked.target
      counts[kind === 'room' ? 'record' : kind] += room.members.size
    }
    return counts
  }

  /** Subscribes; what becomes of it is its `outcome`. */
  subscribe(request: MarkerRequest): MarkerSubscription {
    return new Subscription(this.#context, request)
  }

  /** Takes what the tail has read to the subscribers. */
  onBatch(batch: Batch): void {
    if (this.#streams.size === 0) return
    const touched = this.#streams.holdTouched(batch)
    const marked = this.#streams.marked(batch)
    let sealed: string | undefined
    // Sealed once for all channels, and not at all for a batch that concerns none of them.
    const cursor = () => (sealed ??= this.cursor())
    for (const [stream, marks] of marked) this.#tell(stream, marks, cursor())
    for (const [stream, list, change] of this.#streams.listsTouched(batch, touched)) {
      const place = cursor()
      list.take(change, () => {
        if (!marked.has(stream)) this.#tell(stream, stream.marked.refresh(), place)
      })
    }
  }

  /** The tail's place, as marker clients are given it. */
  cursor(): string {
    const { seal, schema, tail } = this.#options
    const { history, position, readAtMicros } = tail()
    const content = { history, snapshot: position, schema: schema.hash, views: NO_VIEWS }
    return withPosition(readAtMicros, seal.seal(content))
  }

  /** What is said of a channel by what was missed; null when nothing is. */
  async marksOf(
    channel: MarkedChannel,
    user: User,
    missed: Missed,
    database: Pick<Database, 'query'>,
  ): Promise<Marks | null> {
    const { kind, model } = channel.target
    if (kind !== 'mine') return channel.marksIn(missed)
    const condition = this.#options.rules.read(model, user, RECORD)
    return (await hasListChanged(database, model, condition, missed)) ? channel.refresh() : null
  }

  /** Checks the rights of some subscribers again, for rules that depend on the time. */
  recheckSome(rounds: number): void {
    this.#streams.recheckSome(rounds)
  }

  #open(channel: string, user: User): Stream | null {
    const { schema, ids, rules, database, log, metrics } = this.#options
    const target = findMarkerTarget(schema, ids, channel)
    if (!target) return null
    this.#guards.note(target.model, user)
    const check = (users: readonly User[]) => {
      metrics.count('syncline_access_checks_total')
      return readersOf({ schema, rules, database }, target, users)
    }
    const marked = new MarkedChannel(schema, target)
    if (target.kind !== 'mine')
      return this.#streams.open(channel, () => new Stream(channel, marked, check, log, null))
    const condition = rules.read(target.model, user, RECORD)
    const name = `${channel} ${conditionKey(condition.text(), condition.values)}`
    return this.#streams.open(name, () => {
      const list = new OwnList(database, target.model, condition)
      return new Stream(channel, marked, check, log, { name, ids: list })
    })
  }

  #tell(stream: Stream, marks: Marks, cursor: string): void {
    const { log, metrics } = this.#options
    const { channel, room, model } = stream
    const { action, props } = marks
    metrics.count('syncline_markers_total', room.members.size, { model })
    log.debug({ channel, action, props, subscribers: room.members.size }, 'A channel was marked.')
    try {
      room.deliver(new MarkerNotice(channel, marks, cursor, room.guard))
    } catch (error) {
      // One broken channel blocks nobody else (W4).
      log.error({ error: String(error) }, 'A marker could not be delivered.')
    }
  }
}

const NO_VIEWS: ReadonlyMap<string, string> = new Map()
