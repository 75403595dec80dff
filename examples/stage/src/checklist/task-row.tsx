/** One task of the checklist: ticked off, renamed, given to somebody, annotated, moved, all in place. */
import { memo, useEffect, useRef } from 'react'
import { TextField } from '../fields/text-field.tsx'
import { useChangesOfOthers, useMark } from '../fields/use-mark.ts'
import { useCrew } from '../sync/crew-context.ts'
import { useMayEdit } from '../sync/may-edit.ts'
import type { Refused } from '../sync/refusals.ts'
import type { Task } from '../sync/rows.ts'
import { Edited } from '../table/edited.tsx'
import type { DragHandle } from '../table/use-drag.ts'
import { goTo, isFirstClick, leaveRow, moveByKey } from '../table/row-focus.ts'
import type { ListActions } from '../table/use-list-actions.ts'

interface TaskRowProps {
  readonly task: Task
  readonly index: number
  /** Tasks of its phase. */
  readonly count: number
  readonly isTarget: boolean
  readonly isDragged: boolean
  readonly actions: ListActions
  readonly handle: DragHandle
}

export const TaskRow = memo(function TaskRow(props: TaskRowProps) {
  const { task, index, count, isTarget, isDragged, actions, handle } = props
  const { crew } = useCrew()
  const mayEdit = useMayEdit()
  const element = useRef<HTMLLIElement>(null)
  const ticked = useRef<boolean>(undefined)
  const { id, name, completed } = task
  const isMarked = useMark(useChangesOfOthers(completed, (now) => ticked.current === now))
  useEffect(() => {
    if (isTarget && element.current) goTo(element.current)
  }, [isTarget])

  const toggle = () => {
    ticked.current = !completed
    const what = `“${name}” could not be ${completed ? 'opened again' : 'ticked off'}.`
    crew.change('checklistItem', id, { completed: !completed }, what)
  }
  const remove = () => {
    leaveRow(element.current)
    actions.remove(task, name)
  }
  const text = (field: 'name' | 'assignedTo' | 'note') => ({
    value: task[field],
    save: (value: string) => crew.update('checklistItem', id, { [field]: value }),
    orphan: (value: string, refused: Refused) => crew.lost(name, value, refused),
  })
  return (
    <li
      ref={element}
      id={id}
      // Of its list, not all items are on the page.
      role="listitem"
      aria-setsize={count}
      aria-posinset={index + 1}
      data-index={index}
      className={`${completed ? 'is-done' : ''}${isDragged ? ' is-dragged' : ''}`}
      onKeyDown={(event) => mayEdit && moveByKey(event, (by) => actions.moveBy(task, name, by))}
    >
      {mayEdit && (
        <button
          type="button"
          className="handle"
          tabIndex={-1}
          aria-label={`Move task ${name}`}
          title="Drag, or Alt and arrow keys"
          {...handle}
        />
      )}
      <input
        type="checkbox"
        aria-label={`Done: ${name}`}
        checked={completed}
        disabled={!mayEdit}
        onChange={toggle}
      />
      <div className={`task${isMarked ? ' is-changed' : ''}`}>
        <TextField label={`Name of task ${name}`} className="is-first" isRequired {...text('name')} />
        <div className="details">
          <TextField
            label={`Who does ${name}`}
            placeholder="Who"
            className="is-second is-person"
            {...text('assignedTo')}
          />
          <TextField
            label={`Note of task ${name}`}
            placeholder="Note"
            className="is-second"
            {...text('note')}
          />
          <Edited row={task} />
        </div>
      </div>
      {mayEdit && (
        <button
          type="button"
          className="remove"
          aria-label={`Delete task ${name}`}
          title={`Delete task ${name}`}
          onClick={(event) => isFirstClick(event) && remove()}
        />
      )}
    </li>
  )
})
