/** Day and time of a production, in the reader's own time zone. */
import { useId, useRef, useState } from 'react'
import { formatStart } from '../format.ts'
import { useMayEdit } from '../sync/may-edit.ts'
import { type Outcome, reasonIn, type Refused, settle } from '../sync/refusals.ts'
import { RefusalNote } from './refusal-note.tsx'
import { useChangesOfOthers, useMark } from './use-mark.ts'

interface StartFieldProps {
  /** ISO text, or null without a date. */
  readonly value: string | null
  save(value: string | null): Outcome
}

export function StartField(props: StartFieldProps) {
  return useMayEdit() ? (
    <EditedStart {...props} />
  ) : (
    <p className="field is-shown">
      <span>{formatStart(props.value)}</span>
    </p>
  )
}

function EditedStart({ value, save }: StartFieldProps) {
  /** What is being chosen; undefined while nobody does. */
  const [draft, setDraft] = useState<string>()
  const [refused, setRefused] = useState<Refused>()
  const input = useRef<HTMLInputElement>(null)
  const noteId = useId()
  const isMarked = useMark(useChangesOfOthers(value, (next) => draft !== undefined && next === isoOf(draft)))

  const shown = draft ?? localOf(value)
  const leave = async () => {
    if (draft === undefined || draft === localOf(value)) return setDraft(undefined)
    const outcome = save(isoOf(draft))
    settle(refused)
    const why = await outcome
    setRefused(why)
    if (why === undefined) setDraft(undefined)
  }
  return (
    <div className="field-whole">
      <div className={`field is-moment${shown === '' ? ' is-empty' : ''}${isMarked ? ' is-changed' : ''}`}>
        <input
          ref={input}
          type="datetime-local"
          aria-label="Starts"
          aria-invalid={refused !== undefined || undefined}
          aria-describedby={refused && noteId}
          value={shown}
          onChange={(event) => setDraft(event.target.value)}
          onBlur={() => void leave()}
          onKeyDown={(event) => {
            if (event.key === 'Enter') void leave()
            if (event.key === 'Escape') setDraft(undefined)
          }}
        />
      </div>
      <RefusalNote
        id={noteId}
        reason={refused && reasonIn(refused)}
        onRetry={() => {
          input.current?.focus()
          void leave()
        }}
        onDiscard={() => {
          input.current?.focus()
          settle(refused)
          setRefused(undefined)
          setDraft(undefined)
        }}
      />
    </div>
  )
}

/** As the field wants it: the day and time on the reader's clock. */
function localOf(iso: string | null): string {
  if (iso === null || Number.isNaN(Date.parse(iso))) return ''
  const moment = new Date(iso)
  const two = (number: number) => String(number).padStart(2, '0')
  const day = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`
  return `${day}T${two(moment.getHours())}:${two(moment.getMinutes())}`
}

/** As it is stored; an empty field is no date. */
function isoOf(local: string): string | null {
  return local === '' ? null : new Date(local).toISOString()
}
