/** The tasks of one phase of the day. A task that is moved beyond the last goes to the next phase. */
import { useRef } from 'react'
import { AddForm } from '../fields/add-form.tsx'
import { useCrew } from '../sync/crew-context.ts'
import { RowBlocks } from '../table/row-blocks.tsx'
import { useDrag } from '../table/use-drag.ts'
import { useAnnouncer, useListActions } from '../table/use-list-actions.ts'
import { firstPlace, lastPlace, type Phase } from './phases.ts'
import { TaskRow } from './task-row.tsx'

interface PhaseListProps {
  readonly phase: Phase
  /** How many tasks there are in all phases. */
  readonly total: number
  /** The phases around it, if there are any. */
  readonly before?: Phase
  readonly after?: Phase
  readonly target?: string
  onAdd(name: string): void
}

export function PhaseList({ phase, total, before, after, target, onAdd }: PhaseListProps) {
  const { name, tasks } = phase
  const { crew } = useCrew()
  const [announcement, announce] = useAnnouncer()
  const actions = useListActions({
    model: 'checklistItem',
    field: 'position',
    rows: tasks,
    announce,
    onEdge({ id }, by) {
      const next = by < 0 ? before : after
      if (next === undefined) return
      const position = by < 0 ? lastPlace(next, tasks) : firstPlace(next, phase)
      crew.change('checklistItem', id, { phase: next.name, position }, 'The task was not moved.')
      announce(`Moved to ${next.name}.`)
    },
  })
  const list = useRef<HTMLDivElement>(null)
  const { drag, handle } = useDrag(list, tasks, actions.moveTo)
  const done = tasks.filter(({ completed }) => completed).length
  return (
    <div className="phase" data-phase={name}>
      <h3>
        {name}{' '}
        <span className="count">{tasks.length === 0 ? 'Nothing yet' : `${done} of ${tasks.length}`}</span>
      </h3>
      <div className="frame" ref={list}>
        <div role="list">
          <RowBlocks rows={tasks} total={total} isFirst={before === undefined} wanted={target}>
            {(task, index) => (
              <TaskRow
                key={task.id}
                task={task}
                index={index}
                count={tasks.length}
                isTarget={task.id === target}
                isDragged={task.id === drag?.id}
                actions={actions}
                handle={handle}
              />
            )}
          </RowBlocks>
        </div>
        {drag && <div className="drop-line" style={{ top: drag.line }} />}
      </div>
      <AddForm placeholder={`Add to ${name}`} onAdd={onAdd} />
      <p className="unseen" role="status">
        {announcement}
      </p>
    </div>
  )
}
