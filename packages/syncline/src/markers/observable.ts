/** A value that changes over time. Fits React's `useSyncExternalStore` and Svelte's `createSubscriber`. */
export interface Observable<Value> {
  /** The value now. */
  readonly current: Value
  /** Calls the listener after each change, never at once. Returns the function that ends it. */
  subscribe(listener: () => void): () => void
}

/** Makes an observable and the function that sets it. */
export function observable<Value>(initial: Value): [Observable<Value>, (value: Value) => void] {
  const listeners = new Set<{ readonly call: () => void }>()
  let current = initial
  const value: Observable<Value> = {
    get current() {
      return current
    },
    subscribe(call) {
      const entry = { call }
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
  }
  const set = (next: Value) => {
    if (next === current) return
    current = next
    for (const { call } of Array.from(listeners)) call()
  }
  return [value, set]
}
