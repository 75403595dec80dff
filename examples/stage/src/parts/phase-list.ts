/** The tasks of one phase of the day. */
import type { Crew, Task } from '../crew.ts'
import { addForm } from '../view/add-form.ts'
import { element, setText } from '../view/element.ts'
import { type Part, keyedList } from '../view/keyed-list.ts'
import { neighbour } from '../view/neighbour.ts'
import { TaskRow } from './task-row.ts'

export interface Phase {
  readonly name: string
  readonly productionId: string
  readonly tasks: readonly Task[]
}

/** Makes the part that shows a phase. */
export function phaseList(crew: Crew, { name: phase, productionId }: Phase): Part<Phase> {
  const count = element('span', { class: 'count' })
  const list = element('ul')
  let last: Task | undefined
  const add = addForm(`Add to ${phase}`, (name) => {
    const position = (last?.position ?? 0) + 1
    void crew.report(`“${name}” was not added.`, () =>
      crew.mutate.checklistItem.create({ productionId, phase, name, position }),
    )
  })
  const remove = (task: Task, row: HTMLElement) => {
    const next = neighbour(row, '.remove')
    crew.remove('checklistItem', task)
    if (next) next.focus()
    else add.focus()
  }
  const arrange = keyedList<Task>(
    list,
    ({ id }) => id,
    ({ id }) => new TaskRow(crew, id, remove),
  )

  return {
    element: element('div', { class: 'phase' }, element('h3', {}, phase, ' ', count), list, add.element),
    update({ tasks }) {
      last = tasks.at(-1)
      arrange(tasks)
      setText(count, `${tasks.filter(({ completed }) => completed).length} of ${tasks.length}`)
    },
  }
}
