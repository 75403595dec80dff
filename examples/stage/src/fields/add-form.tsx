/** One line to add something: its name, then Enter. */
import { useState } from 'react'
import { useMayEdit } from '../sync/may-edit.ts'

interface AddFormProps {
  readonly placeholder: string
  onAdd(name: string): void
}

export function AddForm({ placeholder, onAdd }: AddFormProps) {
  const [name, setName] = useState('')
  if (!useMayEdit()) return null
  return (
    <form
      className="add"
      onSubmit={(event) => {
        event.preventDefault()
        if (name.trim() !== '') onAdd(name.trim())
        setName('')
      }}
    >
      <input
        value={name}
        onChange={(event) => setName(event.target.value)}
        aria-label={placeholder}
        placeholder={placeholder}
        dir="auto"
        autoComplete="off"
      />
      <button type="submit">Add</button>
    </form>
  )
}
