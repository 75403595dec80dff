/** The phases of the day, as the tasks name them. */
import type { Task } from '../sync/rows.ts'

export interface Phase {
  readonly name: string
  readonly tasks: readonly Task[]
}

/** What an empty checklist begins with. */
const FIRST_PHASE = 'Show'

/** Groups tasks by phase; phases stand in the order of their first task. */
export function phasesOf(tasks: readonly Task[]): Phase[] {
  const byName = new Map<string, Task[]>()
  for (const task of tasks) {
    const phase = byName.get(task.phase)
    if (phase) phase.push(task)
    else byName.set(task.phase, [task])
  }
  if (byName.size === 0) byName.set(FIRST_PHASE, [])
  return [...byName].map(([name, list]) => ({ name, tasks: list }))
}
