/**
 * One connection's subscription to the markers of one channel: joining, what was missed, and its end.
 *
 * Flow: registered → right checked → what was missed is looked up → right checked again → told → live. The check that
 * counts comes last: nothing is told that was not allowed at that moment (A1).
 */
import type { Tail } from '../../postgres/log/tail.ts'
import type { User } from '../../protocol/user.ts'
import type { CursorSeal } from '../cursor/cursor-seal.ts'
import type { Logger } from '../logger.ts'
import type { Metrics } from '../metrics.ts'
import { untilNegativeAnswer } from '../negative-answer.ts'
import { CheckedRight } from '../rooms/checked-right.ts'
import type { ChangedSince, Missed } from './changed-since.ts'
import type { MarkedChannel } from './marked-channel.ts'
import { MarkerMember } from './marker-member.ts'
import { MarkerNotice } from './marker-notice.ts'
import type { Marks } from './marks.ts'
import type { Stream } from './stream.ts'

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
  /** After `onJoined`: it cannot be found out whether the right holds; nothing follows. */
  onFailed(error: unknown): void
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

/** What a subscription asks of its surroundings. */
export interface SubscriptionContext {
  readonly seal: CursorSeal
  readonly log: Logger
  readonly metrics: Metrics
  readonly tail: () => Tail
  readonly changedSince: ChangedSince
  /** The stream of a channel for this user; null when there is no such channel. */
  open(channel: string, user: User): Stream | null
  closeIfEmpty(stream: Stream): void
  /** The tail's place. */
  cursor(): string
  /** What is said of a channel by what was missed; null when nothing is. */
  marksOf(channel: MarkedChannel, user: User, missed: Missed): Promise<Marks | null>
  /** Costs what a check of access costs, for a channel that needs none to be refused (A3). */
  pretendToCheck(stream: Stream | null): Promise<void>
}

export class Subscription implements MarkerSubscription {
  readonly channel: string
  readonly outcome: MarkerSubscription['outcome']
  readonly #context: SubscriptionContext
  readonly #request: MarkerRequest
  readonly #member: MarkerMember
  #stream: Stream | null

  constructor(context: SubscriptionContext, request: MarkerRequest) {
    const { channel, user } = request
    this.channel = channel
    this.#context = context
    this.#request = request
    this.#member = new MarkerMember(user, {
      onMarkers: (notice) => request.onMarkers(notice),
      onGone: () => this.#lose(),
      onFailed: (error) => this.#fail(error),
    })
    this.#stream = context.open(channel, user)
    this.#stream?.room.members.add(this.#member)
    this.outcome = this.#join()
    // Handled where it is awaited, which may be after it has failed.
    this.outcome.catch(() => {})
  }

  get isSettled(): boolean {
    const { state } = this.#member
    return state === 'ended' || (state === 'live' && (this.#stream?.list?.isSettled ?? true))
  }

  renew(user: User): void {
    this.#member.user = user
    if (!this.#stream || this.#member.state === 'ended') return
    const stream = this.#context.open(this.channel, user)
    if (stream === this.#stream || !stream) return this.#stream.room.checkSoon()
    // The list of a user with other rights is another list.
    this.#leave()
    this.#stream = stream
    stream.room.members.add(this.#member)
    const { room, marked } = stream
    this.#member.move(room.guard)
    this.#member.deliver(new MarkerNotice(this.channel, marked.refresh(), this.#context.cursor(), room.guard))
    room.checkSoon()
  }

  end(): void {
    this.#member.end()
    this.#leave()
  }

  #leave(): void {
    if (!this.#stream) return
    this.#stream.room.members.delete(this.#member)
    this.#context.closeIfEmpty(this.#stream)
  }

  #lose(): void {
    const { log, metrics } = this.#context
    const { channel } = this
    this.#leave()
    metrics.count('syncline_gone_total')
    log.debug({ channel, user: this.#member.user.id }, 'A subscription to markers ended: the right was lost.')
    this.#request.onGone()
  }

  #fail(error: unknown): void {
    const { channel } = this
    this.#leave()
    this.#context.log.warn({ channel, error: String(error) }, 'A right to markers could not be checked.')
    this.#request.onFailed(error)
  }

  async #join(): MarkerSubscription['outcome'] {
    try {
      const outcome = this.#stream ? await this.#bringUp(this.#stream) : 'refused'
      if (outcome === 'refused') await this.#refuse()
      return outcome
    } finally {
      if (this.#member.state === 'joining') this.end()
    }
  }

  async #bringUp(stream: Stream): MarkerSubscription['outcome'] {
    const { seal, tail, log, metrics, changedSince } = this.#context
    const { cursor, onMarkers, onJoined, channel, user } = this.#request
    const member = this.#member
    const right = new CheckedRight(stream, member)
    const forbidden = () => (member.state === 'ended' ? 'ended' : 'refused')
    if (!(await right.holds())) return forbidden()
    // What is handed on from here waits in the member; what waits already is found by the cursor.
    const place = this.#context.cursor()
    if (cursor !== undefined) member.forget()
    const missed = cursor === undefined ? null : await changedSince.find(seal.open(cursor), tail())
    const marks = missed && (await this.#context.marksOf(stream.marked, user, missed))
    right.expire()
    if (!(await right.holds())) return forbidden()
    if (marks) onMarkers(new MarkerNotice(channel, marks, place, right.guard))
    metrics.count('syncline_marker_joins_total', 1, { outcome: 'joined' })
    log.debug({ channel, user: user.id, hasMissed: marks !== null }, 'A connection subscribed to markers.')
    onJoined(place)
    member.stand(stream === this.#stream ? right.guard : -1)
    // Renewed meanwhile into another list: what was checked is not that one.
    if (stream !== this.#stream) this.#stream?.room.checkSoon()
    return 'joined'
  }

  async #refuse(): Promise<void> {
    const { log, metrics } = this.#context
    const { channel, user, receivedAtMs } = this.#request
    await this.#context.pretendToCheck(this.#stream)
    await untilNegativeAnswer(receivedAtMs)
    metrics.count('syncline_marker_joins_total', 1, { outcome: 'not_found' })
    log.debug({ channel, user: user.id }, 'A subscription to markers was refused.')
  }
}
