import { useInsertionEffect, useRef } from 'react'

/** Keeps the value of the last committed render where effects and event handlers find it. */
export function useLatest<Value>(value: Value): { readonly current: Value } {
  const latest = useRef(value)
  // Not while rendering: a render may be thrown away. Runs before effects and event handlers.
  useInsertionEffect(() => {
    latest.current = value
  })
  return latest
}
