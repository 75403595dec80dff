/** The checklist of a production, by phase of the day. */
import type { Crew, Task } from '../crew.ts'
import { element, setAttribute, setText } from '../view/element.ts'
import { keyedList } from '../view/keyed-list.ts'
import { type Phase, phaseList } from './phase-list.ts'

/** What an empty checklist begins with. */
const FIRST_PHASE = 'Show'

/** Makes the section; `show` brings it in line with the tasks, which come in their order. */
export function checklist(crew: Crew, productionId: string) {
  const count = element('p', { class: 'count' })
  const bar = element('progress', { 'aria-label': 'Tasks done' })
  const phases = element('div', { class: 'phases' })
  const arrange = keyedList<Phase>(
    phases,
    ({ name }) => name,
    (phase) => phaseList(crew, phase),
  )

  return {
    element: element(
      'section',
      { class: 'checklist', id: 'checklist', 'aria-labelledby': 'checklist-title' },
      element('header', {}, element('h2', { id: 'checklist-title' }, 'Checklist'), count, bar),
      phases,
    ),
    show(tasks: readonly Task[]): void {
      const done = tasks.filter(({ completed }) => completed).length
      arrange(phasesOf(productionId, tasks))
      setText(count, tasks.length === 0 ? 'Nothing on it yet' : `${done} of ${tasks.length} done`)
      setAttribute(bar, 'max', Math.max(tasks.length, 1))
      setAttribute(bar, 'value', done)
    },
  }
}

/** Groups tasks by phase; phases stand in the order of their first task. */
export function phasesOf(productionId: string, tasks: readonly Task[]): Phase[] {
  const byName = new Map<string, Task[]>()
  for (const task of tasks) {
    const phase = byName.get(task.phase)
    if (phase) phase.push(task)
    else byName.set(task.phase, [task])
  }
  if (byName.size === 0) byName.set(FIRST_PHASE, [])
  return [...byName].map(([name, list]) => ({ name, productionId, tasks: list }))
}
