/**
 * The channels of one session: joining, leaving, losing.
 *
 *   A1 closed   `not_found` for whatever may not be read
 *   A2 revoked  a lost right sends `gone`, and nothing after
 *   A3 silent   every `not_found` is alike in bytes, and leaves 25 ms after its join arrived
 */
import type { Join } from '../../protocol/messages/join.ts'
import type { Leave } from '../../protocol/messages/leave.ts'
import type { User } from '../../protocol/user.ts'
import { findTarget } from '../channel-target.ts'
import { untilNegativeAnswer } from '../negative-answer.ts'
import { type Beginning, bringUp } from '../rooms/bring-up.ts'
import { bucketWaitMs, drawnBucket, FULL_BUCKET } from '../token-bucket.ts'
import { errorFrame, goneFrame, joinedFrame, notFoundFrame, unavailableFrame } from './answers.ts'
import { MarkerJoins } from './marker-joins.ts'
import type { Session } from './session.ts'
import { type Subscription, subscriptionTo } from './subscription.ts'

export class Joins {
  readonly #session: Session
  /** Channels with work under way. */
  #lines: Map<string, Line> | undefined
  #bucket = FULL_BUCKET
  #markers: MarkerJoins | undefined

  constructor(session: Session) {
    this.#session = session
  }

  /** What was joined for markers; undefined while nothing ever was. */
  get markers(): Pick<MarkerJoins, 'size' | 'isSettled' | 'channels'> | undefined {
    return this.#markers
  }

  /** Whether nothing is under way, and nothing need be remembered but the session's subscriptions. */
  isDone(nowMs: number): boolean {
    return !this.#lines && this.#bucket <= nowMs && (this.#markers?.size ?? 0) === 0
  }

  join(message: Join, receivedAtMs: number): void {
    const refusal = this.#refusal(message, receivedAtMs)
    if (refusal) return this.#session.send(refusal)
    if (message.want === 'markers') {
      this.#markers ??= new MarkerJoins(this.#session)
      return this.#markers.join(message, receivedAtMs)
    }
    this.#inTurn(message.channel, (isWanted) => this.#join(message, receivedAtMs, isWanted))
  }

  /** Ends a subscription at once, a load under way too: no frame of an earlier join follows. */
  leave({ channel, want }: Leave): void {
    if (want === 'markers') return this.#markers?.leave(channel)
    const line = this.#lines?.get(channel)
    if (line) line.leaves++
    this.#session.drop(channel)
  }

  #refusal({ channel, want }: Join, receivedAtMs: number) {
    const { engine, user, address, isOutdated } = this.#session
    const waitMs = this.#takeOwn(receivedAtMs) || engine.takeFor('joins', user, address)
    if (waitMs > 0) return this.#limit('rate_limited', channel, waitMs)
    // Markers carry no rows that an old app could not read.
    if (want !== 'markers' && isOutdated) return errorFrame('schema_too_old', { channel })
    const rows = this.#session.subscriptions.map((subscription) => subscription.channel)
    const names = new Set([...rows, ...(this.#lines?.keys() ?? [])])
    const isKnown = want === 'markers' ? this.#markers?.has(channel) : names.has(channel)
    const size = names.size + (this.#markers?.size ?? 0)
    const isMore = !isKnown && size >= engine.limits.channelsPerConnection
    return isMore ? this.#limit('too_many_channels', channel) : null
  }

  #takeOwn(receivedAtMs: number): number {
    const rate = this.#session.engine.limits.joins
    const waitMs = bucketWaitMs(rate, this.#bucket, receivedAtMs)
    if (waitMs === 0) this.#bucket = drawnBucket(rate, this.#bucket, receivedAtMs)
    return waitMs
  }

  #limit(code: string, channel: string, retryAfterMs?: number) {
    this.#session.engine.metrics.count('syncline_limit_hits_total', 1, { code })
    return errorFrame(code, { channel, ...(retryAfterMs !== undefined && { retryAfterMs }) })
  }

  /** Work of one channel is done one after the other; what a `leave` has overtaken is not begun. */
  #inTurn(channel: string, work: (isWanted: () => boolean) => Promise<void>): void {
    const lines = (this.#lines ??= new Map<string, Line>())
    const line = lines.get(channel) ?? { end: Promise.resolve(), leaves: 0 }
    lines.set(channel, line)
    const { leaves } = line
    const isWanted = () => this.#session.phase === 'open' && line.leaves === leaves
    const end = line.end
      .then(async () => {
        if (isWanted()) await work(isWanted)
      })
      // Nothing is known to fail here; what fails all the same ends neither the process nor the channel's line.
      .catch((error: unknown) => isWanted() && this.#fail(channel, error))
      .then(() => {
        if (line.end !== end) return
        lines.delete(channel)
        if (lines.size === 0 && this.#lines === lines) this.#lines = undefined
      })
    line.end = end
  }

  #fail(channel: string, error: unknown): void {
    this.#session.engine.log.warn({ channel, error: String(error) }, 'A channel could not be read.')
    this.#session.drop(channel)
    this.#session.send(unavailableFrame(channel, error))
  }

  /** Ends a subscription of which it is not known whether it may go on, and says so: the device asks again. */
  fail(subscription: Subscription, error: unknown): void {
    if (this.#session.subscriptions.includes(subscription)) this.#fail(subscription.channel, error)
  }

  async #join(message: Join, receivedAtMs: number, isWanted: () => boolean): Promise<void> {
    const { channel } = message
    this.#session.drop(channel)
    const subscription = this.#subscribe(channel)
    const isUp =
      subscription !== null && (await this.#bringUp(subscription, this.#beginning(message), isWanted))
    if (!isUp) await this.#refuse(channel, receivedAtMs, isWanted)
  }

  async #refuse(channel: string, receivedAtMs: number, isWanted: () => boolean): Promise<void> {
    const { engine } = this.#session
    const kind = findTarget(engine.schema, engine.ids, channel)?.kind
    // Refused without a question to the database: while that is slow, a faster answer would say so.
    if (kind !== 'room' && kind !== 'collection') await engine.channels.pretendToCheck().catch(() => {})
    await untilNegativeAnswer(receivedAtMs)
    engine.metrics.count('syncline_joins_total', 1, { outcome: 'not_found' })
    if (isWanted()) this.#session.send(notFoundFrame(channel))
  }

  #subscribe(channel: string): Subscription | null {
    const { engine, user } = this.#session
    const target = findTarget(engine.schema, engine.ids, channel)
    if (!target) return null
    const place = engine.channels.open(channel, target, user)
    const subscription = subscriptionTo(place, channel, this.#session)
    place.room.members.add(subscription)
    this.#session.enter(subscription)
    return subscription
  }

  #beginning({ cursor }: Join): Beginning {
    if (cursor === undefined) return { from: 'nothing' }
    const content = this.#session.engine.seal.open(cursor)
    return content ? { from: 'cursor', cursor: content } : { from: 'unknown' }
  }

  /** False when the answer is `not_found`. */
  async #bringUp(
    subscription: Subscription,
    beginning: Beginning,
    isWanted: () => boolean,
  ): Promise<boolean> {
    const { channel, place } = subscription
    try {
      const outcome = await bringUp(place, subscription, beginning, this.#session.device, ({ cursor }) => {
        subscription.rise()
        this.#session.send(joinedFrame(channel, cursor))
      })
      if (outcome.is === 'up') {
        this.#session.engine.metrics.count('syncline_joins_total', 1, { outcome: outcome.sent })
      }
      if (outcome.is === 'forbidden') this.#session.drop(channel, subscription)
      return outcome.is !== 'forbidden'
    } catch (error) {
      if (isWanted()) this.#fail(channel, error)
      return true
    }
  }

  /** Loads a room again that this device already has; its old rows stay visible meanwhile, or until it can be read. */
  async reload(subscription: Subscription, reason: string): Promise<void> {
    const { place } = subscription
    const { device } = this.#session
    try {
      const outcome = await bringUp(place, subscription, { from: 'reload', reason }, device, () => {})
      if (outcome.is === 'forbidden') subscription.lose()
    } catch (error) {
      subscription.fail(error)
    }
  }

  /** Tells the device that it has lost the right to a channel. */
  lose(subscription: Subscription): void {
    const { channel } = subscription
    this.#session.engine.metrics.count('syncline_gone_total')
    this.#session.send(goneFrame(channel))
    this.#session.drop(channel, subscription)
  }

  /** The user's properties may have changed with a new token: rules that read them are asked again. */
  renewUser(user: User): void {
    this.#markers?.renewUser(user)
    const { schema, ids, channels } = this.#session.engine
    for (const subscription of this.#session.subscriptions) {
      const { channel, place } = subscription
      const target = findTarget(schema, ids, channel)
      if (target && channels.isSamePlace(place, channel, target, user)) place.room.checkSoon()
      else this.#changePlace(subscription)
    }
  }

  /** The list of a user with other rights is another list: the old one ends at once, and it comes again as a whole. */
  #changePlace(old: Subscription): void {
    const { channel, isUp } = old
    this.#session.drop(channel, old)
    this.#inTurn(channel, async (isWanted) => {
      const subscription = this.#subscribe(channel)
      if (!subscription) return
      if (isUp) {
        subscription.rise()
        await this.reload(subscription, 'access')
      } else await this.#bringUp(subscription, { from: 'reload', reason: 'access' }, isWanted)
    })
  }

  /** Resolves when everything that the tail has handed on has been sent to this session, or will never be; undefined when it has. */
  settled(): Promise<unknown> | undefined {
    const { subscriptions } = this.#session
    if (!subscriptions.some((subscription) => subscription.isHeld || !subscription.place.isSettled()))
      return undefined
    return Promise.all(
      subscriptions.map(async (subscription) => {
        await subscription.place.settled()
        await subscription.settled()
      }),
    )
  }

  end(): void {
    this.#markers?.end()
  }
}

/** What is under way in one channel. */
interface Line {
  /** The last work in it. */
  end: Promise<void>
  /** How often it was left: earlier work is no longer wanted, so that the last message decides. */
  leaves: number
}
