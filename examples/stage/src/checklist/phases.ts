/** The phases of the day, as the tasks name them. */
import { behind } from '../sync/reorder.ts'
import type { Task } from '../sync/rows.ts'

/** Between the numbers of a phase and those of the next, so that tasks can come and go without another phase becoming the first. */
const GAP = 1_000

export interface Phase {
  readonly name: string
  readonly tasks: readonly Task[]
}

/** Groups tasks by phase, in the order of their first task; those that were begun and have none yet come last. */
export function phasesOf(tasks: readonly Task[], begun: readonly string[] = []): Phase[] {
  const byName = new Map<string, Task[]>()
  for (const task of tasks) {
    const phase = byName.get(task.phase)
    if (phase) phase.push(task)
    else byName.set(task.phase, [task])
  }
  for (const name of begun) if (!byName.has(name)) byName.set(name, [])
  return [...byName].map(([name, list]) => ({ name, tasks: list }))
}

/** The number of a task that comes last in its phase; the first one of a new phase comes behind all others. */
export function lastPlace({ tasks }: Phase, all: readonly Task[]): number {
  return tasks.length > 0 ? behind(tasks.map(placed), 0) : behind(all.map(placed), 0) + GAP
}

/** The number of a task that moves from the end of a phase to the beginning of the next one. */
export function firstPlace({ tasks }: Phase, { tasks: others }: Phase): number {
  const [first] = tasks
  const [left] = others
  if (!first || !left) return left ? behind(others.map(placed), 0) : 0
  return Math.max(first.position - 1, left.position + 1)
}

function placed({ id, position }: Task) {
  return { id, place: position }
}
