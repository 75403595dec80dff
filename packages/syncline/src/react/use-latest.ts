import { useInsertionEffect, useRef } from 'react'

/** Keeps the function of the last committed render behind one that never changes. */
export function useLatest<Call extends (...values: never[]) => unknown>(
  call: Call,
): { readonly current: Call } {
  const latest = useRef(call)
  // Not while rendering: a render may be thrown away. Runs before effects and event handlers.
  useInsertionEffect(() => {
    latest.current = call
  })
  return latest
}
