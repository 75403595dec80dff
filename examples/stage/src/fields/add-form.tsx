/** One line to add something: its name, then Enter. */
import { useId, useState } from 'react'
import { useMayEdit } from '../sync/may-edit.ts'
import { whyNoText } from './text-length.ts'
import { useHalfTyped } from './use-half-typed.ts'

interface AddFormProps {
  readonly placeholder: string
  onAdd(name: string): void
}

export function AddForm({ placeholder, onAdd }: AddFormProps) {
  const [name, setName] = useHalfTyped(placeholder)
  const [reason, setReason] = useState<string>()
  const noteId = useId()
  if (!useMayEdit()) return null
  const write = (text: string) => {
    setName(text)
    setReason(undefined)
  }
  return (
    <form
      className="add"
      onSubmit={(event) => {
        event.preventDefault()
        const wanted = name.trim()
        if (wanted === '') return write('')
        const refusal = whyNoText(wanted, true)
        setReason(refusal)
        if (refusal !== undefined) return
        onAdd(wanted)
        write('')
      }}
    >
      <input
        value={name}
        onChange={(event) => write(event.target.value)}
        onPaste={(event) => {
          const lines = linesOf(event.clipboardData.getData('text'))
          if (lines.length < 2 || name !== '' || lines.some((line) => whyNoText(line, true))) return
          event.preventDefault()
          for (const line of lines) onAdd(line)
        }}
        aria-invalid={reason !== undefined || undefined}
        aria-describedby={reason && noteId}
        aria-label={placeholder}
        placeholder={placeholder}
        dir="auto"
        autoComplete="off"
      />
      <button type="submit">Add</button>
      {reason && (
        <p ref={bringIntoSight} className="refusal" id={noteId} role="alert">
          {reason}
        </p>
      )}
    </form>
  )
}

/** The form may stand at the very end of the window. */
function bringIntoSight(note: HTMLElement | null): void {
  note?.scrollIntoView({ block: 'nearest' })
}

/** A list that is pasted is as many names as it has lines. */
function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}
