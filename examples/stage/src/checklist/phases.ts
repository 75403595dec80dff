/** The phases of the day, as the tasks name them. */
import type { Task } from '../sync/rows.ts'

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
