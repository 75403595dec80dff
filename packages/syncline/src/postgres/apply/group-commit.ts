/**
 * Group commit: what arrives while a commit is in flight goes into the next group; a lone op is committed at once.
 *
 * Flow: take what waits; commit it as a whole; when that fails, find out whose fault it is. An op that says so itself
 * leaves for the slow lane and the others try again; otherwise all go the careful way.
 *
 * When a group's worth waits while one is being committed, a second connection commits it at the same time: jobs that
 * touch the same records never stand in two groups at once (`bench`: G6).
 *
 *   W4 no blockage   a device whose op was refused, or that met a lock, does not stand in the others' way; nor do
 *                    functions for shapes that were not seen before, which take longer to make than a group to commit
 */
import type { ApplySession } from './apply-session.ts'
import { commitSeparately } from './commit-separately.ts'
import { commitGroup, type Group, groupOf } from './group.ts'
import { type Job, restOf } from './job.ts'
import type { PreparedOp } from './prepare-op.ts'
import { RecordsInHand } from './records-in-hand.ts'
import type { SessionHolder } from './session-holder.ts'
import type { SlowLane } from './slow-lane.ts'
import { isConnectionLoss, meaningOf, failedPlace } from './sql-error.ts'
import { UnderWay } from './under-way.ts'
import type { Settings } from './writer-options.ts'

/** Most ops of one group: about 20 ms of work, so that nobody waits long for the next one. */
const MAX_GROUP_OPS = 512

/** How often a group tries again without a part that failed it, before all go the careful way. */
const MAX_EXCLUSIONS = 3

/** From this failure on, only devices that have written well before stay together; newcomers are tried apart. */
const NEWCOMERS_LEAVE_AT = 1

/** Most devices that are remembered for having written well; the one that was longest silent goes first. */
const MAX_TRUSTED = 10_000

/** A further lane begins when this many ops wait: less is not worth a commit of its own, and soon fits the next group. */
const WORTH_A_LANE = 128

/** Shapes that a group makes functions for while others wait: a few ms each. */
const MAX_SHAPES_MADE = 1

/** Most shapes that are remembered to be made when nobody waits. */
const MAX_UNFAMILIAR = 500

const NOTHING: readonly RecordsInHand[] = []

/** A connection, and what it has in hand. */
interface Lane {
  readonly holder: SessionHolder
  inHand: RecordsInHand | undefined
}

export class GroupCommit {
  readonly #lanes: readonly Lane[]
  readonly #slowLane: SlowLane
  readonly #onRefused: (job: Job) => void
  readonly #settings: Pick<Settings, 'readAlong' | 'beginQuiet'>
  #waiting: Job[] = []
  /** An op of each shape whose first ops went through the slow lane. */
  readonly #unfamiliar = new Map<string, PreparedOp>()
  readonly #underWay = new UnderWay()
  readonly #trusted = new Set<string>()
  /** The last of them: a device that writes alone is moved to the end once. */
  #newest: string | undefined

  /** `holders`: a connection for each group that may be committed at a time. */
  constructor(
    holders: readonly SessionHolder[],
    slowLane: SlowLane,
    onRefused: (job: Job) => void,
    settings: Pick<Settings, 'readAlong' | 'beginQuiet'>,
  ) {
    this.#lanes = holders.map((holder) => ({ holder, inHand: undefined }))
    this.#slowLane = slowLane
    this.#onRefused = onRefused
    this.#settings = settings
  }

  take(job: Job): void {
    this.#waiting.push(job)
    this.#beginLane()
  }

  /** Resolves when nothing waits here. */
  drained(): Promise<void> {
    return this.#underWay.over()
  }

  /** Told by what is in hand, not by promises: a lane is free as soon as it has found nothing more. */
  get #busyLanes(): number {
    let busy = 0
    for (const lane of this.#lanes) if (!isFree(lane)) busy++
    return busy
  }

  #beginLane(): void {
    const free = this.#lanes.find(isFree)
    if (free && (this.#busyLanes === 0 || isWorthALane(this.#waiting))) void this.#run(free)
  }

  async #run(lane: Lane): Promise<void> {
    this.#underWay.begin()
    try {
      for (let jobs = this.#nextGroup(lane); jobs.length > 0; jobs = this.#nextGroup(lane))
        await this.#finish(lane.holder, jobs)
    } finally {
      this.#underWay.end()
    }
  }

  /** Commits the jobs, or settles them otherwise. */
  async #finish(holder: SessionHolder, jobs: readonly Job[]): Promise<void> {
    // Jobs leave the set when they have ended or belong to the slow lane.
    const open = new Set(jobs)
    try {
      const session = holder.current ?? (await holder.session())
      await this.#commit(session, open)
      while (this.#waiting.length === 0 && this.#unfamiliar.size > 0) await this.#makeOne(session)
    } catch (error) {
      holder.discard(error)
      for (const job of open) job.settle({ kind: 'lost', error })
    }
  }

  /** Makes the functions of one unfamiliar shape. */
  async #makeOne(session: ApplySession): Promise<void> {
    for (const [key, op] of this.#unfamiliar) {
      this.#unfamiliar.delete(key)
      await session.ensure([op])
      return
    }
  }

  /** Takes what may go together, oldest first; leaves the lane free when there is nothing. */
  #nextGroup(lane: Lane): Job[] {
    lane.inHand = undefined
    if (this.#waiting.length === 0) return []
    const others = this.#busyLanes === 0 ? NOTHING : this.#lanes.flatMap(({ inHand }) => inHand ?? [])
    const left = new RecordsInHand()
    const group: Job[] = []
    const rest: Job[] = []
    let ops = 0
    for (const job of this.#waiting) {
      const isFull = group.length > 0 && ops >= MAX_GROUP_OPS
      // Nobody overtakes a job that must wait: the writes of a record keep the order in which they came.
      const mustWait = others.length > 0 && (left.meets(job) || others.some((inHand) => inHand.meets(job)))
      if (isFull || mustWait) {
        if (!isFull) left.add(job)
        rest.push(job)
        continue
      }
      group.push(job)
      ops += opsOf(job)
    }
    this.#waiting = rest
    if (group.length > 0) {
      lane.inHand = new RecordsInHand()
      if (this.#lanes.length > 1) for (const job of group) lane.inHand.add(job)
    }
    return group
  }

  async #commit(session: ApplySession, open: Set<Job>): Promise<void> {
    if (!isReady(session, open)) await this.#makeFunctions(session, open)
    for (let exclusion = 0; open.size > 0; exclusion++) {
      const jobs = [...open]
      const group = groupOf(jobs.map(restOf))
      const endQuiet = this.#settings.beginQuiet()
      // Beside another group, the tail has more to read than this one; behind a group of many it reads by itself.
      const readAlong = group.ops.length > 1 || this.#busyLanes > 1 ? undefined : this.#settings.readAlong()
      let xid: string | undefined
      try {
        const results = await commitGroup(session, group, {
          isRetried: exclusion > 0,
          isQuiet: endQuiet !== undefined,
          readAlong,
        })
        xid = results[0]?.xid
        jobs.forEach((job, index) => {
          const result = results[index]
          if (result) job.results.push(result)
          this.#trust(job)
          job.settle({ kind: 'done' })
        })
        return
      } catch (error) {
        if (isConnectionLoss(error)) throw error
        const excluded = exclusion < MAX_EXCLUSIONS ? this.#exclude(group, jobs, error) : undefined
        if (!excluded) return this.#commitSeparately(session, jobs)
        open.delete(excluded)
        if (exclusion === NEWCOMERS_LEAVE_AT) this.#sendNewcomersAway(open)
      } finally {
        readAlong?.end()
        endQuiet?.(xid)
      }
    }
  }

  /** Leaves out jobs that would have the others wait for their functions, and those whose rules PostgreSQL does not understand. */
  async #makeFunctions(session: ApplySession, open: Set<Job>): Promise<void> {
    this.#sendUnfamiliarAway(session, open)
    const failures = await session.ensure([...open].flatMap(preparedOf))
    if (failures.size === 0) return
    for (const job of open) {
      const failing = preparedOf(job).find(({ key }) => failures.has(key))
      if (!failing) continue
      job.settle({ kind: 'unavailable', error: failures.get(failing.key) })
      open.delete(job)
    }
  }

  /** On one backend everybody would wait all the same. */
  #sendUnfamiliarAway(session: ApplySession, open: Set<Job>): void {
    if (this.#lanes.length === 1) return
    const made = new Set<string>()
    for (const job of open) {
      const missing = session.missing(preparedOf(job)).filter(({ key }) => !made.has(key))
      if (made.size + missing.length <= MAX_SHAPES_MADE) {
        for (const { key } of missing) made.add(key)
        continue
      }
      for (const op of missing) if (this.#unfamiliar.size < MAX_UNFAMILIAR) this.#unfamiliar.set(op.key, op)
      open.delete(job)
      this.#slowLane.take(job, false)
    }
  }

  /** Takes the job that failed the group out of it, when the error tells which one it was. */
  #exclude(group: Group, jobs: readonly Job[], error: unknown): Job | undefined {
    const meaning = meaningOf(error)
    if (meaning.kind === 'stale') {
      const job = jobs.find(({ part }) => part.author.device === meaning.device)
      job?.settle({ kind: 'stale' })
      return job
    }
    const { place, isBusy } = failedPlace(error) ?? { place: undefined, isBusy: meaning.kind === 'busy' }
    const index =
      group.ops.length === 1 ? group.ops[0]?.part : place === undefined ? undefined : group.ops[place]?.part
    const job = index === undefined ? undefined : jobs[index]
    if (!job) return undefined
    if (!isBusy) this.#distrust(job)
    this.#slowLane.take(job, isBusy)
    return job
  }

  /** A group that failed twice holds more of the kind: those who wrote well before do not wait until it is sorted. */
  #sendNewcomersAway(open: Set<Job>): void {
    if (this.#lanes.length === 1) return
    for (const job of open) {
      if (this.#trusted.has(job.part.author.device ?? '')) continue
      open.delete(job)
      this.#slowLane.take(job, false)
    }
  }

  #trust({ part: { author } }: Job): void {
    if (author.device === undefined || author.device === this.#newest) return
    this.#trusted.delete(author.device)
    this.#trusted.add(author.device)
    this.#newest = author.device
    const [oldest] = this.#trusted
    if (oldest !== undefined && this.#trusted.size > MAX_TRUSTED) this.#trusted.delete(oldest)
  }

  #distrust(job: Job): void {
    this.#trusted.delete(job.part.author.device ?? '')
    this.#newest = undefined
    this.#onRefused(job)
  }

  async #commitSeparately(session: ApplySession, jobs: readonly Job[]): Promise<void> {
    const results = await commitSeparately(session, jobs.map(restOf), { skipsLocked: true })
    jobs.forEach((job, index) => {
      job.results.push(...(results[index] ?? []))
      const last = job.results.at(-1)
      if (job.results.some((result) => result.hasRefused)) this.#distrust(job)
      if (last?.stop === 'stale') job.settle({ kind: 'stale' })
      else if (last?.stop === 'unavailable') job.settle({ kind: 'unavailable', error: last.error })
      else if (restOf(job).units.length > 0) this.#slowLane.take(job, last?.stop === 'busy')
      else job.settle({ kind: 'done' })
    })
  }
}

function isFree({ inHand }: Lane): boolean {
  return inHand === undefined
}

/** Whether the session has the functions of all these jobs. */
function isReady(session: ApplySession, jobs: Iterable<Job>): boolean {
  if (!session.isSteady) return false
  let last: string | undefined
  for (const job of jobs) {
    for (const unit of job.part.units) {
      for (const { key } of unit.prepared) {
        if (key !== last && !session.use(key)) return false
        last = key
      }
    }
  }
  return true
}

function preparedOf(job: Job): PreparedOp[] {
  return job.part.units.flatMap((unit) => unit.prepared)
}

function opsOf(job: Job): number {
  return restOf(job).units.reduce((sum, unit) => sum + unit.ops.length, 0)
}

function isWorthALane(jobs: readonly Job[]): boolean {
  let ops = 0
  return jobs.some((job) => (ops += opsOf(job)) >= WORTH_A_LANE)
}
