/**
 * The writer: judges pushes, hands what is new to group commit or to the slow lane, and answers from the record.
 *
 *   W1 durable        answers come after the commit
 *   W2 exactly once   pushes of one device take turns; after a lost connection the device row tells what was applied
 *   W3 nothing lost   every op is applied, or its rejection is kept and sent until it is read
 *   W4 no blockage    devices wait for each other only as long as a commit takes
 */
import { isStorableText } from '../../schema/check-text.ts'
import type { CompiledSchema } from '../../schema/model.ts'
import type { User } from '../../protocol/user.ts'
import type { Connection, Database } from '../database.ts'
import type { Rules } from '../rules.ts'
import { AskedRules } from './asked-rules.ts'
import { type DeviceState, type Judged, judgePush, type PushRefusal, type Verdict } from './device-state.ts'
import { DeviceStore } from './device-store.ts'
import { GroupCommit } from './group-commit.ts'
import { forgetAnswers, keptAnswer } from './idempotency.ts'
import { type FinishedJob, type Job, newJob } from './job.ts'
import { KeyedTurns } from './keyed-turns.ts'
import type { Part } from './part.ts'
import { isCall, prepareUnit, slicesOf } from './prepare-units.ts'
import { keptOutcome, refusedOutcome, Tally, unavailable, writtenOutcome } from './outcome.ts'
import { RuleTypeFinder } from './rule-types.ts'
import { SessionHolder } from './session-holder.ts'
import { SlowLane } from './slow-lane.ts'
import { UnderWay } from './under-way.ts'
import { type Settings, withDefaults, type WriterOptions } from './writer-options.ts'
import type { Push, PushOutcome, SingleOutcome, SingleWrite, Writer } from './writer.ts'

/** How long a device stays in the slow lane after an op of its was refused, in ms. */
const SUSPICION_MS = 2_000

/** How long to wait before a lost database is tried again, in ms: doubles from the first to the second. */
const RETRY_MS = [10, 500] as const

/** Longest wait of one attempt in the slow lane, in ms; then the next in line has its turn. */
const SLOW_LOCK_TIMEOUT_MS = 150

/** PGlite has one backend. */
const GROUPS_AT_A_TIME = { postgres: 2, pglite: 1 } as const

const FORGET_EVERY_MS = 3_600_000

export class GroupWriter implements Writer {
  readonly #database: Database
  readonly #rules: AskedRules
  readonly #settings: Settings
  readonly #devices: DeviceStore
  readonly #turns = new KeyedTurns()
  readonly #suspects = new Map<string, number>()
  readonly #holders: readonly SessionHolder[]
  readonly #slowLane: SlowLane
  readonly #groups: GroupCommit
  readonly #forgetting: NodeJS.Timeout
  readonly #underWay = new UnderWay()
  #isClosed = false

  constructor(database: Database, schema: CompiledSchema, rules: Rules, options: WriterOptions = {}) {
    this.#database = database
    this.#rules = new AskedRules(schema, rules, now)
    this.#settings = withDefaults(options)
    this.#devices = new DeviceStore(database)
    const onLoss = (error: unknown) => {
      this.#devices.forgetAll()
      if (!this.#isClosed) this.#settings.onError(error)
    }
    const types = new RuleTypeFinder()
    const { lockTimeoutMs, slowLanes } = this.#settings
    const holders = Array.from(
      { length: GROUPS_AT_A_TIME[database.kind] },
      () => new SessionHolder({ database, name: 'writer', lockTimeoutMs, types, onLoss }),
    )
    const slowHolders = Array.from(
      { length: slowLanes },
      () =>
        new SessionHolder({
          database,
          name: 'slow writer',
          lockTimeoutMs: SLOW_LOCK_TIMEOUT_MS,
          types,
          onLoss,
        }),
    )
    this.#holders = [...holders, ...slowHolders]
    const suspect = (job: Job) => this.#suspect(job)
    this.#slowLane = new SlowLane(slowHolders, this.#settings, now, (job) => this.#route(job), suspect)
    this.#groups = new GroupCommit(holders, this.#slowLane, suspect, this.#settings)
    this.#forgetting = setInterval(() => void this.#forget(), FORGET_EVERY_MS).unref()
  }

  /** Opens the connection that groups go through, so that the first push does not wait for it. */
  async open(): Promise<void> {
    await this.#holders[0]?.session()
  }

  push(push: Push): Promise<PushOutcome> {
    const fault = faultOf(push)
    if (fault) return Promise.resolve(refusedOutcome(fault))
    // From now on: pushes that queued up behind each other while the database was away give up together.
    const until = now() + this.#settings.patienceMs
    return this.#push(push, until)
  }

  write(write: SingleWrite): Promise<SingleOutcome> {
    const { idempotencyKey } = write
    if (idempotencyKey === undefined) return this.#tracked(() => this.#write(write))
    const line = `key ${write.user.id} ${idempotencyKey}`
    return this.#tracked(() => this.#turns.inTurn(line, () => this.#writeOnce(write, idempotencyKey)))
  }

  async device(device: string, user: User, at?: Pick<Connection, 'query'>): Promise<PushOutcome> {
    const devices = at ? new DeviceStore(at) : this.#devices
    const state = await devices.load(device, user.id)
    const verdict = this.#judge(state, { device, user, ops: [] })
    if (verdict.kind === 'refused') return refusedOutcome(verdict.refused)
    const tally = new Tally(state)
    const rejected = state.hasUnread ? await devices.rejections(device) : []
    return { ...tally.outcome(rejected), conflicts: await devices.conflicts(user.id) }
  }

  seen(conflict: string, user: User): Promise<boolean> {
    return this.#devices.closeConflict(conflict, user.id)
  }

  forgetDevices(): void {
    this.#devices.forgetAll()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#forgetting)
    await this.#underWay.over()
    await Promise.all([this.#groups.drained(), this.#slowLane.drained()])
    await Promise.all(this.#holders.map((holder) => holder.close()))
  }

  async #push(push: Push, until: number): Promise<PushOutcome> {
    this.#begin()
    const line = `device ${push.device}`
    const turn = this.#turns.take(line)
    try {
      if (turn) await turn
      let tally: Tally | undefined
      for (let pauseMs: number = RETRY_MS[0]; ; pauseMs = Math.min(pauseMs * 2, RETRY_MS[1])) {
        try {
          const judged = this.#known(push) ?? (await this.#judged(push))
          tally = tally?.at(judged.state) ?? new Tally(judged.state)
          const outcome = await this.#pushFrom(judged, push, tally)
          if (outcome !== 'again') return outcome
        } catch (error) {
          this.#settings.onError(error)
          this.#devices.forget(push.device)
        }
        await pause(pauseMs)
        if (now() > until) return { ...refusedOutcome(unavailable()), ...tally?.progress() }
      }
    } finally {
      this.#turns.pass(line)
      this.#underWay.end()
    }
  }

  /**
   * What the device's row says of the push as it is remembered. Through another server of this database it may have moved
   * on: an op that is applied finds that out by itself, and before any other answer it is read again.
   */
  #known(push: Push): Judged | undefined {
    const state = this.#devices.remembered(push.device)
    if (!state || (push.read !== undefined && !state.hasUnread)) return undefined
    const verdict = this.#judge(state, push)
    return verdict.kind === 'fresh' && verdict.units.length > 0 ? { state, verdict } : undefined
  }

  /** The device's row, and what it says of the push. */
  async #judged(push: Push): Promise<Judged> {
    const { device, user } = push
    const state = await this.#devices.load(device, user.id)
    this.#devices.remember(device, state)
    return { state, verdict: this.#judge(state, push) }
  }

  #judge(state: DeviceState, push: Push): Verdict {
    return judgePush(state, push, this.#settings.opsPerPush)
  }

  /** One attempt: `again` when the device row must be read again first. */
  async #pushFrom({ state, verdict }: Judged, push: Push, tally: Tally): Promise<PushOutcome | 'again'> {
    if (verdict.kind === 'refused')
      return { ...refusedOutcome(verdict.refused), ...tally.progress(push.user.id) }
    if (push.read !== undefined && state.hasUnread) await this.#devices.markRead(push.device, push.read)
    if (verdict.kind === 'gap') return { ...(await this.#outcome(push.device, tally)), gap: verdict.expected }
    const isRepeat = push.ops.some((op) => op.n <= state.lastOp)
    if (isRepeat) tally.repeats()
    const context = this.#rules.of(push.user)
    for (const slice of slicesOf(verdict.units)) {
      const units = slice.map((unit) => prepareUnit(context, unit))
      const part: Part = { author: { userId: push.user.id, device: push.device }, units, state: tally.state }
      const { results, end } = await this.#run(push.user, part)
      tally.add(results)
      this.#devices.remember(push.device, tally.state)
      if (end.kind === 'done') continue
      this.#devices.forget(push.device)
      if (end.kind !== 'unavailable') return 'again'
      this.#settings.onError(end.error)
      return { ...(await this.#outcome(push.device, tally)), refused: unavailable() }
    }
    return this.#outcome(push.device, tally)
  }

  async #outcome(device: string, tally: Tally): Promise<PushOutcome> {
    if (!tally.state.hasUnread) return tally.outcome([])
    const rejected = await this.#devices.rejections(device)
    if (rejected.length === 0) this.#devices.remember(device, tally.readAll())
    return tally.outcome(rejected)
  }

  async #writeOnce(write: SingleWrite, key: string): Promise<SingleOutcome> {
    if (!isStorableText(key)) return { ok: false, ...unstorable('idempotency key') }
    const kept = await keptAnswer(this.#database, write.user.id, key, write.request)
    return kept ? keptOutcome(kept) : this.#write(write)
  }

  async #write({
    user,
    op,
    device,
    ifVersion,
    idempotencyKey,
    request,
  }: SingleWrite): Promise<SingleOutcome> {
    const unit = prepareUnit(this.#rules.of(user), { ops: [{ ...op, n: 0 }] })
    if (unit.cause) return { ok: false, ...unit.cause.refusal }
    const { results, end } = await this.#run(user, {
      author: { userId: user.id, ...(device !== undefined && { loggedDevice: device }) },
      units: [unit],
      ...(ifVersion === undefined ? {} : { ifVersion }),
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      ...(request === undefined ? {} : { request }),
    })
    if (end.kind === 'done') return writtenOutcome(results)
    if (end.kind !== 'stale') this.#settings.onError(end.error)
    return { ok: false, ...unavailable() }
  }

  #run(user: User, part: Part): Promise<FinishedJob> {
    const { job, finished } = newJob(user, part)
    this.#route(job)
    return finished
  }

  #route(job: Job): void {
    if (job.part.units.some(isCall)) this.#slowLane.take(job, true)
    else if (this.#isSuspect(job.part.author.device)) this.#slowLane.take(job, false)
    else this.#groups.take(job)
  }

  #suspect({ part }: Job): void {
    const { device } = part.author
    if (device !== undefined) this.#suspects.set(device, now() + SUSPICION_MS)
  }

  #isSuspect(device: string | undefined): boolean {
    if (device === undefined || this.#suspects.size === 0) return false
    const until = this.#suspects.get(device)
    if (until === undefined) return false
    if (until > now()) return true
    this.#suspects.delete(device)
    return false
  }

  async #tracked<T>(work: () => Promise<T>): Promise<T> {
    this.#begin()
    try {
      return await work()
    } finally {
      this.#underWay.end()
    }
  }

  #begin(): void {
    if (this.#isClosed)
      throw new Error('The writer is closed: this process is shutting down. Send the ops to another one.')
    this.#underWay.begin()
  }

  async #forget(): Promise<void> {
    for (const [device, until] of this.#suspects) if (until <= now()) this.#suspects.delete(device)
    await forgetAnswers(this.#database, this.#settings.idempotencyRetentionMs).catch(this.#settings.onError)
  }
}

function faultOf(push: Push): PushRefusal | undefined {
  const { device, after, user, ops } = push
  const isSound =
    isStorableText(device) &&
    isNameable(after) &&
    isStorableText(user.id) &&
    ops.every(({ key }) => isNameable(key))
  return isSound ? undefined : unstorable('device id or key')
}

function isNameable(name: string | undefined): boolean {
  return name === undefined || isStorableText(name)
}

function unstorable(what: string): { code: string; message: string } {
  return {
    code: 'invalid_message',
    message: `A ${what} holds characters that PostgreSQL cannot store. Make it of letters and digits.`,
  }
}

// Monotonic: a clock that is set back would keep a device suspect, or a push waiting, for hours.
function now(): number {
  return performance.now()
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
