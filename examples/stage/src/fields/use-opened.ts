/** Whether somebody has come to a choice: what it offers need not be on the page before. */
import { useState } from 'react'

interface Opened {
  readonly isOpened: boolean
  /** For the choice. */
  readonly listeners: { onMouseDown(): void; onFocus(): void; onBlur(): void }
}

/** A pointer that goes down opens the list before the focus is there. */
export function useOpened(): Opened {
  const [isOpened, setOpened] = useState(false)
  const open = () => setOpened(true)
  return {
    isOpened,
    listeners: { onMouseDown: open, onFocus: open, onBlur: () => setOpened(false) },
  }
}
