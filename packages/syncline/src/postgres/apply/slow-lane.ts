/**
 * The slow lane: devices that wait for somebody's lock, that called a server function, or whose ops were just refused.
 *
 *   W4 no blockage   it has connections of its own, so that whoever waits there keeps nobody else waiting; and nobody
 *                    keeps a connection longer than one attempt, after which the next in line has its turn
 *
 * On PGlite all connections share one backend and take turns; nobody else can hold a lock there.
 */
import type { ApplySession } from './apply-session.ts'
import { callRunner } from './call.ts'
import { commitSeparately } from './commit-separately.ts'
import { commitGroup, groupOf } from './group.ts'
import { type Job, restOf } from './job.ts'
import { type Part, type PartResult, stoppedResult } from './part.ts'
import { isCall } from './prepare-units.ts'
import type { SessionHolder } from './session-holder.ts'
import { isConnectionLoss, meaningOf } from './sql-error.ts'
import type { Settings } from './writer-options.ts'

interface Waiting {
  readonly job: Job
  /** True once an attempt met a lock: the next one waits for it, one unit at a time. */
  waits: boolean
  readonly until: number
}

export class SlowLane {
  readonly #holders: readonly SessionHolder[]
  readonly #settings: Settings
  readonly #now: () => number
  readonly #release: (job: Job) => void
  readonly #onRefused: (job: Job) => void
  readonly #waiting: Waiting[] = []
  readonly #busy = new Map<SessionHolder, Waiting>()
  #idle: (() => void)[] = []

  /** `release` takes jobs that need not wait any longer and are not at their end; `onRefused` hears whose ops were refused. */
  constructor(
    holders: readonly SessionHolder[],
    settings: Settings,
    now: () => number,
    release: (job: Job) => void,
    onRefused: (job: Job) => void,
  ) {
    this.#holders = holders
    this.#settings = settings
    this.#now = now
    this.#release = release
    this.#onRefused = onRefused
  }

  /** Takes a job to its end, however long others hold what it needs. `waits` when it is known that somebody does. */
  take(job: Job, waits: boolean): void {
    this.#waiting.push({ job, waits, until: this.#now() + this.#settings.patienceMs })
    this.#start()
  }

  /** Resolves when nobody waits here any more. */
  async drained(): Promise<void> {
    if (this.#waiting.length === 0 && this.#busy.size === 0) return
    await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  #start(): void {
    const holder = this.#holders.find((candidate) => !this.#busy.has(candidate))
    const next = holder && this.#next()
    if (!next) return
    void this.#work(holder, next).finally(() => {
      if (this.#waiting.length > 0) this.#start()
      else if (this.#busy.size === 0) for (const resolve of this.#idle.splice(0)) resolve()
    })
  }

  /**
   * Whoever waits for a lock costs nothing meanwhile; the others work, and leave some of the machine to the groups.
   * A function takes as long as it takes: calls have half of the connections, so that they keep waiting only each other.
   */
  #next(): Waiting | undefined {
    const half = Math.ceil(this.#holders.length / 2)
    const busy = [...this.#busy.values()]
    const mayCall = busy.filter(calls).length < half
    const mayWork = busy.filter((each) => !each.waits && !calls(each)).length < half
    const index = this.#waiting.findIndex((each) => (calls(each) ? mayCall : each.waits || mayWork))
    return index < 0 ? undefined : this.#waiting.splice(index, 1)[0]
  }

  async #work(holder: SessionHolder, first: Waiting): Promise<void> {
    for (let next: Waiting | undefined = first; next; next = this.#next()) {
      this.#busy.set(holder, next)
      try {
        await this.#attempt(await holder.session(), next)
      } catch (error) {
        holder.discard(error)
        next.job.settle({ kind: 'lost', error })
      } finally {
        this.#busy.delete(holder)
      }
    }
  }

  async #attempt(session: ApplySession, waiting: Waiting): Promise<void> {
    const { job } = waiting
    const rest = restOf(job)
    const isAlone = waiting.waits || calls(waiting)
    const part = isAlone ? { ...rest, units: rest.units.slice(0, 1) } : rest
    const failures = await session.ensure(part.units.flatMap((unit) => unit.prepared))
    for (const error of failures.values()) return this.#giveUp(job, error)
    try {
      job.results.push(
        ...(isAlone ? await this.#commitAlone(session, job, part) : await together(session, part)),
      )
    } catch (error) {
      if (session.isLost || isConnectionLoss(error)) throw error
      return this.#giveUp(job, error)
    }
    this.#continue(waiting)
  }

  /** Waits for locks. In one statement where it can be, so that what it holds meanwhile is held for a moment only. */
  async #commitAlone(session: ApplySession, job: Job, part: Part): Promise<PartResult[]> {
    if (!part.units.some(isCall)) {
      try {
        return await commitGroup(session, groupOf([part]))
      } catch (error) {
        if (isConnectionLoss(error)) throw error
        if (meaningOf(error).kind === 'busy') return [stoppedResult(part, 'busy', error)]
      }
    }
    const runCall = callRunner(this.#settings, job.user)
    const [results = []] = await commitSeparately(session, [part], { skipsLocked: false, runCall })
    return results
  }

  #continue(waiting: Waiting): void {
    const { job } = waiting
    const last = job.results.at(-1)
    if (last?.hasRefused) this.#onRefused(job)
    if (last?.stop === 'stale') return job.settle({ kind: 'stale' })
    if (last?.stop === 'unavailable') return this.#giveUp(job, last.error)
    if (restOf(job).units.length === 0) return job.settle({ kind: 'done' })
    if (last?.stop !== 'busy') return this.#release(job)
    if (this.#now() > waiting.until) return this.#giveUp(job, last.error)
    this.#waiting.push({ ...waiting, waits: true })
  }

  #giveUp(job: Job, error: unknown): void {
    job.settle({ kind: 'unavailable', error })
  }
}

/** Whether its next unit calls a function. */
function calls({ job }: Waiting): boolean {
  return restOf(job).units.slice(0, 1).some(isCall)
}

async function together(session: ApplySession, part: Part): Promise<PartResult[]> {
  const [results = []] = await commitSeparately(session, [part], { skipsLocked: true })
  return results
}
