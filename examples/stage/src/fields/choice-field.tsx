/** One of a few values, chosen in place. A value that the page does not know (written by another program) is shown as it is. */
import { useId, useRef, useState } from 'react'
import { directionOf } from '../format.ts'
import { useMayEdit } from '../sync/may-edit.ts'
import { type Outcome, reasonIn, type Refused, settle } from '../sync/refusals.ts'
import { type Option, type OptionGroup, OptionGroups, Options } from './option-groups.tsx'
import { RefusalNote } from './refusal-note.tsx'
import { useChangesOfOthers, useMark } from './use-mark.ts'
import { useOpened } from './use-opened.ts'

export interface ChoiceFieldProps {
  readonly label: string
  readonly value: string
  readonly options: readonly Option[]
  /** Options of which there may be thousands: they are on the page only while somebody chooses. */
  readonly many?: {
    groups(): readonly OptionGroup[]
    labelOf(value: string): string | undefined
  }
  readonly className?: string
  save(value: string): Outcome
}

export function ChoiceField(props: ChoiceFieldProps) {
  return useMayEdit() ? <EditedChoice {...props} /> : <ShownChoice {...props} />
}

function EditedChoice(props: ChoiceFieldProps) {
  const { label, value, options, many, className = '', save } = props
  const [refused, setRefused] = useState<{ readonly value: string; readonly why: Refused }>()
  const chosen = useRef<string>(undefined)
  const select = useRef<HTMLSelectElement>(null)
  const noteId = useId()
  // Back to what it was is a refusal of ours, not a change of theirs.
  const isMarked = useMark(useChangesOfOthers(value, () => chosen.current !== undefined))
  const shown = refused?.value ?? value
  const { isOpened, listeners } = useOpened()
  const groups = isOpened && many ? many.groups() : []
  const isOffered = [{ options }, ...groups].some((group) => group.options.some((one) => one.value === shown))

  const giveUp = () => {
    settle(refused?.why)
    setRefused(undefined)
  }
  const choose = async (next: string) => {
    chosen.current = next
    const outcome = save(next)
    giveUp()
    const why = await outcome
    // What was chosen since stands in its place.
    if (chosen.current !== next) return settle(why)
    chosen.current = undefined
    if (why !== undefined) setRefused({ value: next, why })
  }
  return (
    <div className="field-whole">
      <div className={`choice ${className}${isMarked ? ' is-changed' : ''}`} data-value={shown}>
        <select
          ref={select}
          aria-label={label}
          aria-describedby={refused && noteId}
          dir={directionOf(labelOf(shown, props))}
          value={shown}
          onChange={(event) => void choose(event.target.value)}
          {...listeners}
        >
          {!isOffered && <option value={shown}>{labelOf(shown, props)}</option>}
          <Options options={options} />
          <OptionGroups groups={groups} />
        </select>
      </div>
      <RefusalNote
        id={noteId}
        reason={refused && reasonIn(refused.why)}
        onRetry={() => {
          select.current?.focus()
          void choose(shown)
        }}
        onDiscard={() => {
          giveUp()
          select.current?.focus()
        }}
      />
    </div>
  )
}

/** For who may not choose: what is chosen. */
function ShownChoice(props: ChoiceFieldProps) {
  const { value, className = '' } = props
  const isMarked = useMark(useChangesOfOthers(value, () => false))
  return (
    <div className="field-whole">
      <div className={`choice ${className}${isMarked ? ' is-changed' : ''}`} data-value={value}>
        <span dir="auto">{labelOf(value, props)}</span>
      </div>
    </div>
  )
}

/** What a value is called. */
function labelOf(value: string, { options, many }: Pick<ChoiceFieldProps, 'options' | 'many'>): string {
  return options.find((option) => option.value === value)?.label ?? many?.labelOf(value) ?? value
}

/** Values as options: the value with a capital. */
export function optionsOf(values: readonly string[]): Option[] {
  return values.map((value) => ({ value, label: value.charAt(0).toUpperCase() + value.slice(1) }))
}
