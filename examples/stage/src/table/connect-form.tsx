/** Connects two devices: from, to, Connect. */
import { type RefObject, useId, useRef, useState } from 'react'
import { OptionGroups } from '../fields/option-groups.tsx'
import { useOpened } from '../fields/use-opened.ts'
import { useDevices } from '../sync/devices.tsx'

interface Ends {
  readonly fromId: string
  readonly toId: string
}

const NEITHER: Ends = { fromId: '', toId: '' }

interface ConnectFormProps {
  /** How many cables lead from one to the other already. */
  cablesBetween(ends: Ends): number
  onConnect(ends: Ends): void
}

export function ConnectForm({ cablesBetween, onConnect }: ConnectFormProps) {
  const [chosen, setEnds] = useState(NEITHER)
  const to = useRef<HTMLSelectElement>(null)
  const noteId = useId()
  const { all, byId } = useDevices()
  const isPossible = all.length > 1
  // Somebody may have deleted what was chosen here.
  const present = (id: string) => (byId.has(id) ? id : '')
  const ends: Ends = { fromId: present(chosen.fromId), toId: present(chosen.toId) }
  const isReady = ends.fromId !== '' && ends.toId !== '' && ends.fromId !== ends.toId
  const note = noteOn(ends, isReady ? cablesBetween(ends) : 0)
  if (!isPossible) {
    return (
      <p className="empty">
        Devices come first: cameras, sources and what stands under Switching and Outputs.
      </p>
    )
  }
  return (
    <form
      className="connect"
      onSubmit={(event) => {
        event.preventDefault()
        if (!isReady) return
        onConnect(ends)
        // Often one device feeds several: the source stays.
        setEnds({ ...ends, toId: '' })
        // The button has nothing to do until another device is chosen.
        to.current?.focus()
      }}
    >
      <End
        label="Connect from"
        name="Connect from"
        value={ends.fromId}
        onChange={(fromId) => setEnds({ ...ends, fromId })}
      />
      <End
        label="to"
        name="Connect to"
        field={to}
        value={ends.toId}
        onChange={(toId) => setEnds({ ...ends, toId })}
      />
      <button type="submit" disabled={!isReady} aria-describedby={noteId}>
        Connect
      </button>
      <p className="note" id={noteId} role="status">
        {note}
      </p>
    </form>
  )
}

/** What is worth knowing before one connects. */
function noteOn({ fromId, toId }: Ends, cables: number): string {
  if (fromId !== '' && fromId === toId) return 'Both ends are the same device. Choose another.'
  if (cables === 0) return ''
  return `${cables === 1 ? 'One cable leads' : `${cables} cables lead`} there already. Connect adds another.`
}

interface EndProps {
  readonly label: string
  /** What the field is called by those who do not see what stands before it. */
  readonly name: string
  readonly value: string
  readonly field?: RefObject<HTMLSelectElement | null>
  onChange(id: string): void
}

function End({ label, name, value, field, onChange }: EndProps) {
  const { byId, groups } = useDevices()
  const { isOpened, listeners } = useOpened()
  const chosen = byId.get(value)
  return (
    <label>
      {label}{' '}
      <select
        ref={field}
        aria-label={name}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        {...listeners}
      >
        <option value="">Choose a device</option>
        {isOpened && <OptionGroups groups={groups()} />}
        {!isOpened && chosen && <option value={value}>{chosen.name}</option>}
      </select>
    </label>
  )
}
