/**
 * Group commit: what arrives while a commit is in flight goes into the next group; a lone op is committed at once.
 *
 * Flow: take what waits; commit it as a whole; when that fails, find out whose fault it is. An op that says so itself
 * leaves for the slow lane and the others try again; otherwise all go the careful way.
 *
 *   W4 no blockage   a device whose op was refused, or that met a lock, does not stand in the others' way
 */
import type { ApplySession } from './apply-session.ts'
import { commitSeparately } from './commit-separately.ts'
import { commitGroup, type Group, groupOf } from './group.ts'
import { type Job, restOf } from './job.ts'
import type { SessionHolder } from './session-holder.ts'
import type { SlowLane } from './slow-lane.ts'
import { isConnectionLoss, meaningOf, failedPlace } from './sql-error.ts'
import type { Settings } from './writer-options.ts'

/** Most ops of one group: about 20 ms of work, so that nobody waits long for the next one. */
const MAX_GROUP_OPS = 512

/** How often a group tries again without a part that failed it, before all go the careful way. */
const MAX_EXCLUSIONS = 3

export class GroupCommit {
  readonly #holder: SessionHolder
  readonly #slowLane: SlowLane
  readonly #onRefused: (job: Job) => void
  readonly #readAlong: Settings['readAlong']
  readonly #waiting: Job[] = []
  #running: Promise<void> | undefined

  constructor(
    holder: SessionHolder,
    slowLane: SlowLane,
    onRefused: (job: Job) => void,
    readAlong: Settings['readAlong'],
  ) {
    this.#holder = holder
    this.#slowLane = slowLane
    this.#onRefused = onRefused
    this.#readAlong = readAlong
  }

  take(job: Job): void {
    this.#waiting.push(job)
    this.#running ??= this.#run()
  }

  /** Resolves when nothing waits here. */
  async drained(): Promise<void> {
    while (this.#running) await this.#running
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      // Jobs leave the set when they have ended or belong to the slow lane.
      const open = new Set(this.#nextGroup())
      try {
        await this.#commit(await this.#holder.session(), open)
      } catch (error) {
        this.#holder.discard(error)
        for (const job of open) job.settle({ kind: 'lost', error })
      }
    }
    // At once, not when the promise is settled: a job that came in between would wait for the next one.
    this.#running = undefined
  }

  #nextGroup(): Job[] {
    let ops = 0
    let taken = 0
    for (const job of this.#waiting) {
      if (taken > 0 && ops >= MAX_GROUP_OPS) break
      taken++
      ops += restOf(job).units.reduce((sum, unit) => sum + unit.ops.length, 0)
    }
    return this.#waiting.splice(0, taken)
  }

  async #commit(session: ApplySession, open: Set<Job>): Promise<void> {
    await this.#makeFunctions(session, open)
    for (let exclusion = 0; open.size > 0; exclusion++) {
      const jobs = [...open]
      const group = groupOf(jobs.map(restOf))
      try {
        const results = await commitGroup(session, group, {
          isRetried: exclusion > 0,
          readAlong: this.#readAlong(),
        })
        jobs.forEach((job, index) => {
          const result = results[index]
          if (result) job.results.push(result)
          job.settle({ kind: 'done' })
        })
        return
      } catch (error) {
        if (isConnectionLoss(error)) throw error
        const excluded = exclusion < MAX_EXCLUSIONS ? this.#exclude(group, jobs, error) : undefined
        if (!excluded) return this.#commitSeparately(session, jobs)
        open.delete(excluded)
      }
    }
  }

  /** Leaves out jobs whose rules PostgreSQL does not understand. */
  async #makeFunctions(session: ApplySession, open: Set<Job>): Promise<void> {
    const opsOf = (job: Job) => job.part.units.flatMap((unit) => unit.prepared)
    const failures = await session.ensure([...open].flatMap(opsOf))
    if (failures.size === 0) return
    for (const job of open) {
      const failing = opsOf(job).find(({ key }) => failures.has(key))
      if (!failing) continue
      job.settle({ kind: 'unavailable', error: failures.get(failing.key) })
      open.delete(job)
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
    if (!isBusy) this.#onRefused(job)
    this.#slowLane.take(job, isBusy)
    return job
  }

  async #commitSeparately(session: ApplySession, jobs: readonly Job[]): Promise<void> {
    const results = await commitSeparately(session, jobs.map(restOf), { skipsLocked: true })
    jobs.forEach((job, index) => {
      job.results.push(...(results[index] ?? []))
      const last = job.results.at(-1)
      if (job.results.some((result) => result.hasRefused)) this.#onRefused(job)
      if (last?.stop === 'stale') job.settle({ kind: 'stale' })
      else if (last?.stop === 'unavailable') job.settle({ kind: 'unavailable', error: last.error })
      else if (restOf(job).units.length > 0) this.#slowLane.take(job, last?.stop === 'busy')
      else job.settle({ kind: 'done' })
    })
  }
}
