/** Connects two devices: from, to, Connect. */
import { type RefObject, useRef, useState } from 'react'
import { OptionGroups } from '../fields/option-groups.tsx'
import { useOpened } from '../fields/use-opened.ts'
import { useDevices } from '../sync/devices.tsx'

interface Ends {
  readonly fromId: string
  readonly toId: string
}

const NEITHER: Ends = { fromId: '', toId: '' }

export function ConnectForm({ onConnect }: { onConnect(ends: Ends): void }) {
  const [ends, setEnds] = useState(NEITHER)
  const to = useRef<HTMLSelectElement>(null)
  const isPossible = useDevices().all.length > 1
  const isReady = ends.fromId !== '' && ends.toId !== '' && ends.fromId !== ends.toId
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
      <button type="submit" disabled={!isReady}>
        Connect
      </button>
    </form>
  )
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
