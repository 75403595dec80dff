/** The checklist of a production, by phase of the day. */
import { useMemo, useRef, useState } from 'react'
import { AddForm } from '../fields/add-form.tsx'
import { useCrew } from '../sync/crew-context.ts'
import { useQuery } from '../sync/hooks.ts'
import { useMayEdit } from '../sync/may-edit.ts'
import { PhaseList } from './phase-list.tsx'
import { lastPlace, type Phase, phasesOf } from './phases.ts'

interface ChecklistProps {
  readonly productionId: string
  readonly target?: string
}

export function Checklist({ productionId, target }: ChecklistProps) {
  const { crew } = useCrew()
  const mayEdit = useMayEdit()
  const { data: tasks } = useQuery('checklistItem', { where: { productionId }, orderBy: 'position' })
  /** Phases that have no task yet, and are nothing but a heading here. */
  const [begun, setBegun] = useState<readonly string[]>([])
  const phases = useMemo(() => phasesOf(tasks, begun), [tasks, begun])
  const section = useRef<HTMLElement>(null)
  const done = tasks.filter(({ completed }) => completed).length

  const add = (phase: Phase, name: string) => {
    const position = lastPlace(phase, tasks)
    void crew.add('checklistItem', { productionId, phase: phase.name, name, position }, name)
  }
  const begin = (phase: string) => {
    setBegun((others) => (others.includes(phase) ? others : [...others, phase]))
    // Its first task is what one writes next.
    const input = () =>
      section.current?.querySelector<HTMLInputElement>(`[data-phase="${CSS.escape(phase)}"] .add input`)
    requestAnimationFrame(() => input()?.focus())
  }
  return (
    <section
      className="checklist"
      id="checklist"
      aria-labelledby="checklist-title"
      ref={section}
      // Without fields in it, it is itself what a keyboard scrolls.
      tabIndex={mayEdit ? undefined : 0}
    >
      <header>
        <h2 id="checklist-title">Checklist</h2>
        <p className="count">
          {tasks.length === 0 ? 'Nothing on it yet' : `${done} of ${tasks.length} done`}
        </p>
        <progress aria-label="Tasks done" max={Math.max(tasks.length, 1)} value={done} />
      </header>
      {phases.length === 0 && mayEdit && (
        <p className="empty">
          Tasks stand under the phases of the day, such as load-in, rehearsal and show. Begin with one:
        </p>
      )}
      {phases.map((phase, index) => (
        <PhaseList
          key={phase.name}
          phase={phase}
          total={tasks.length}
          before={phases[index - 1]}
          after={phases[index + 1]}
          target={target}
          onAdd={(name) => add(phase, name)}
        />
      ))}
      <AddForm placeholder="Begin a phase" onAdd={begin} />
    </section>
  )
}
