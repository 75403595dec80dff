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
import type { Tail } from '../../postgres/log/tail.ts'
import type { Batch } from '../../postgres/log-row.ts'
import type { Rules } from '../../postgres/rules.ts'
import { withPosition } from '../../protocol/marker-cursor.ts'
import type { User } from '../../protocol/user.ts'
import type { CompiledSchema } from '../../schema/model.ts'
import { findMarkerTarget } from '../channel-target.ts'
import type { CursorSeal } from '../cursor/cursor-seal.ts'
import type { Logger } from '../logger.ts'
import { readersOf } from '../may-read.ts'
import type { Metrics } from '../metrics.ts'
import { untilNegativeAnswer } from '../negative-answer.ts'
import { CheckedRight } from '../rooms/checked-right.ts'
import { Guards } from '../rooms/guards.ts'
import { ChangedSince } from './changed-since.ts'
import { MarkedChannel } from './marked-channel.ts'
import { MarkerMember } from './marker-member.ts'
import { MarkerNotice } from './marker-notice.ts'
import type { Marks } from './marks.ts'
import { Stream } from './stream.ts'
import { Streams } from './streams.ts'

export interface MarkerRequest {
  readonly user: User
  /** `Account:7`, `Account:all`, `Account:7/account_users`. */
  readonly channel: string
  /** What has been marked since is told before `onJoined`; without one, nothing is. */
  readonly cursor?: string
  /** When it arrived, of `performance.now()`. */
  readonly receivedAtMs: number
  /** Called for every notice, the one about what was missed included; never after `end` or `onGone`. */
  onMarkers(notice: MarkerNotice): void
  /** Called once, before the first live notice, with the place from which to continue. */
  onJoined(cursor: string): void
  /** The right to read was lost; nothing follows. */
  onGone(): void
}

/** A subscription of one connection to one channel. */
export interface MarkerSubscription {
  readonly channel: string
  /**
   * `refused`: there is no such channel, or it may not be read; resolves 25 ms after the request (A3).
   * `ended`: `end` was called meanwhile. Rejects when the database did not answer.
   */
  readonly outcome: Promise<'joined' | 'refused' | 'ended'>
  /** False while notices wait for a check. */
  readonly isSettled: boolean
  /** The user's properties may have changed with a new proof: the right is checked again. */
  renew(user: User): void
  /** Ends it without a word. */
  end(): void
}

export interface MarkersOptions {
  readonly schema: CompiledSchema
  readonly rules: Rules
  readonly database: Database
  readonly seal: CursorSeal
  readonly log: Logger
  readonly metrics: Metrics
  /** The tail; asked for when it is needed, because it starts later. */
  readonly tail: () => Tail
}

export class Markers {
  readonly #options: MarkersOptions
  readonly #guards: Guards
  readonly #streams: Streams
  readonly changedSince: ChangedSince

  constructor(options: MarkersOptions) {
    const { schema, rules, database } = options
    this.#options = options
    this.#guards = new Guards(schema, rules)
    this.#streams = new Streams(schema, this.#guards)
    this.changedSince = new ChangedSince(schema, database)
  }

  /** Live subscriptions. */
  get size(): number {
    return [...this.#streams.all()].reduce((sum, { room }) => sum + room.members.size, 0)
  }

  /** Takes what the tail has read to the subscribers. */
  onBatch(batch: Batch): void {
    if (this.#streams.size === 0) return
    this.#streams.holdTouched(batch)
    const marked = this.#streams.marked(batch)
    if (marked.size === 0) return
    const cursor = this.cursor()
    for (const [stream, marks] of marked) this.#tell(stream, marks, cursor)
  }

  /** The tail's place, as marker clients are given it. */
  cursor(): string {
    const { seal, schema, tail } = this.#options
    const { history, position, readAtMicros } = tail()
    return withPosition(
      readAtMicros,
      seal.seal({ history, snapshot: position, schema: schema.hash, views: NO_VIEWS }),
    )
  }

  /** Subscribes; what becomes of it is its `outcome`. */
  subscribe(request: MarkerRequest): MarkerSubscription {
    const { log } = this.#options
    const { channel, user } = request
    const member = new MarkerMember(user, {
      onMarkers: (notice) => request.onMarkers(notice),
      onGone: () => {
        this.#leave(stream, member)
        this.#options.metrics.count('syncline_gone_total')
        log.debug({ channel, user: user.id }, 'A subscription to markers ended: the right was lost.')
        request.onGone()
      },
    })
    const stream = this.#open(channel, user)
    stream?.room.members.add(member)
    return {
      channel,
      outcome: this.#join(request, stream, member),
      get isSettled() {
        return member.state === 'live' || member.state === 'ended'
      },
      renew: (renewed) => {
        member.user = renewed
        stream?.room.checkSoon()
      },
      end: () => {
        member.end()
        this.#leave(stream, member)
      },
    }
  }

  /** Checks the rights of some subscribers again, for rules that depend on the time. */
  recheckSome(rounds: number): void {
    this.#streams.recheckSome(rounds)
  }

  #open(channel: string, user: User): Stream | null {
    const { schema, rules, database, log, metrics } = this.#options
    const target = findMarkerTarget(schema, channel)
    if (!target) return null
    this.#guards.note(target.model, user)
    const check = (users: readonly User[]) => {
      metrics.count('syncline_access_checks_total')
      return readersOf({ schema, rules, database }, target, users)
    }
    return this.#streams.open(
      channel,
      () => new Stream(channel, new MarkedChannel(schema, target), check, log),
    )
  }

  #leave(stream: Stream | null, member: MarkerMember): void {
    if (!stream) return
    stream.room.members.delete(member)
    this.#streams.closeIfEmpty(stream)
  }

  async #join(
    request: MarkerRequest,
    stream: Stream | null,
    member: MarkerMember,
  ): Promise<'joined' | 'refused' | 'ended'> {
    if (!stream) return this.#refuse(request)
    try {
      const outcome = await this.#bringUp(request, stream, member)
      if (outcome === 'refused') return await this.#refuse(request)
      return outcome
    } finally {
      if (member.state === 'joining') member.end()
      if (member.state === 'ended') this.#leave(stream, member)
    }
  }

  async #bringUp(
    { cursor, onMarkers, onJoined, channel, user }: MarkerRequest,
    stream: Stream,
    member: MarkerMember,
  ): Promise<'joined' | 'refused' | 'ended'> {
    const { seal, tail, log, metrics } = this.#options
    const right = new CheckedRight(stream, member)
    const refused = () => (member.state === 'ended' ? 'ended' : 'refused')
    if (!(await right.holds())) return refused()
    // What is handed on from here waits in the member; what waits already is found by the cursor.
    const place = this.cursor()
    if (cursor !== undefined) member.forget()
    const missed = cursor === undefined ? null : await this.changedSince.find(seal.open(cursor), tail())
    right.expire()
    if (!(await right.holds())) return refused()
    const marks = missed && stream.marked.marksIn(missed)
    if (marks) onMarkers(new MarkerNotice(channel, marks, place, right.guard))
    metrics.count('syncline_marker_joins_total', 1, { outcome: 'joined' })
    log.debug({ channel, user: user.id, hasMissed: marks !== null }, 'A connection subscribed to markers.')
    onJoined(place)
    member.stand(right.guard)
    return 'joined'
  }

  async #refuse({ channel, user, receivedAtMs }: MarkerRequest): Promise<'refused'> {
    const { schema, database, log, metrics } = this.#options
    const kind = findMarkerTarget(schema, channel)?.kind
    // Refused without a question to the database: while that is slow, a faster answer would say so.
    if (kind !== 'room' && kind !== 'collection') await database.query('select 1').catch(() => {})
    await untilNegativeAnswer(receivedAtMs)
    metrics.count('syncline_marker_joins_total', 1, { outcome: 'not_found' })
    log.debug({ channel, user: user.id }, 'A subscription to markers was refused.')
    return 'refused'
  }

  #tell(stream: Stream, marks: Marks, cursor: string): void {
    const { log, metrics } = this.#options
    const { channel, room, model } = stream
    const notice = new MarkerNotice(channel, marks, cursor, room.guard)
    metrics.count('syncline_markers_total', room.members.size, { model })
    log.debug(
      { channel, action: marks.action, props: marks.props, subscribers: room.members.size },
      'A channel was marked.',
    )
    try {
      room.deliver(notice)
    } catch (error) {
      // One broken channel blocks nobody else (W4).
      log.error({ error: String(error) }, 'A marker could not be delivered.')
    }
  }
}

const NO_VIEWS: ReadonlyMap<string, string> = new Map()
