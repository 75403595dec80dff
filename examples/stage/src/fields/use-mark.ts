/** Marks for a moment what somebody else has just changed, as with a highlighter on a call sheet. */
import { useEffect, useRef, useState } from 'react'

const MARK_MS = 1_600

/** True for a moment after `changes` has become another number; how the mark fades is the style sheet's affair. */
export function useMark(changes: number): boolean {
  const [isMarked, setMarked] = useState(false)
  const seen = useRef(changes)
  useEffect(() => {
    if (seen.current === changes) return
    seen.current = changes
    setMarked(true)
    const timer = setTimeout(() => setMarked(false), MARK_MS)
    return () => {
      clearTimeout(timer)
      setMarked(false)
    }
  }, [changes])
  return isMarked
}

/** Counts how often a value became another one that did not come from here. */
export function useChangesOfOthers<Value>(value: Value, isOurs: (value: Value) => boolean): number {
  const [seen, setSeen] = useState({ value, changes: 0 })
  if (Object.is(seen.value, value)) return seen.changes
  const next = { value, changes: seen.changes + (isOurs(value) ? 0 : 1) }
  setSeen(next)
  return next.changes
}
