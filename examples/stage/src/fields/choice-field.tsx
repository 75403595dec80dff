/** One of a few values, chosen in place. A value that the page does not know (written by another program) is shown as it is. */
import { useId, useRef, useState } from 'react'
import type { Outcome } from '../sync/crew.ts'
import { RefusalNote } from './refusal-note.tsx'
import { useChangesOfOthers, useMark } from './use-mark.ts'

export interface Option {
  readonly value: string
  readonly label: string
}

export interface OptionGroup {
  readonly label: string
  readonly options: readonly Option[]
}

export interface ChoiceFieldProps {
  readonly label: string
  readonly value: string
  readonly options: readonly Option[]
  /** Options under headings, after the others. */
  readonly groups?: readonly OptionGroup[]
  readonly className?: string
  save(value: string): Outcome
}

export function ChoiceField({ label, value, options, groups = [], className = '', save }: ChoiceFieldProps) {
  const [refused, setRefused] = useState<{ readonly value: string; readonly reason: string }>()
  const chosen = useRef<string>(undefined)
  const select = useRef<HTMLSelectElement>(null)
  const noteId = useId()
  // Back to what it was is a refusal of ours, not a change of theirs.
  const isMarked = useMark(useChangesOfOthers(value, () => chosen.current !== undefined))
  const shown = refused?.value ?? value
  const isKnown = [...options, ...groups.flatMap((group) => group.options)].some((one) => one.value === shown)

  const choose = async (next: string) => {
    chosen.current = next
    setRefused(undefined)
    const reason = await save(next)
    if (chosen.current !== next) return
    chosen.current = undefined
    if (reason !== undefined) setRefused({ value: next, reason })
  }
  return (
    <div className="field-whole">
      <div className={`choice ${className}${isMarked ? ' is-changed' : ''}`} data-value={shown}>
        <select
          ref={select}
          aria-label={label}
          aria-describedby={refused && noteId}
          value={shown}
          onChange={(event) => void choose(event.target.value)}
        >
          {!isKnown && <option value={shown}>{shown}</option>}
          {options.map(optionOf)}
          {groups.map((group) => (
            <optgroup key={group.label} label={group.label}>
              {group.options.map(optionOf)}
            </optgroup>
          ))}
        </select>
      </div>
      <RefusalNote
        id={noteId}
        reason={refused?.reason}
        onRetry={() => {
          select.current?.focus()
          void choose(shown)
        }}
        onDiscard={() => {
          setRefused(undefined)
          select.current?.focus()
        }}
      />
    </div>
  )
}

/** Values as options: the value with a capital. */
export function optionsOf(values: readonly string[]): Option[] {
  return values.map((value) => ({ value, label: value.charAt(0).toUpperCase() + value.slice(1) }))
}

function optionOf({ value, label }: Option) {
  return (
    <option key={value} value={value}>
      {label}
    </option>
  )
}
