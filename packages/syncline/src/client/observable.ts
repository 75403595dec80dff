/** A value that changes over time: read it at once, hear when it is another. */

/** Fits React's `useSyncExternalStore` and Svelte's `createSubscriber` as it is. */
export interface Observable<Value> {
  /** The value now; the same object until it changes. */
  readonly current: Value
  /** Calls the listener after each change, never at once. Returns the function that ends it. */
  subscribe(listener: () => void): () => void
}

/** An observable whose owner sets it. */
export interface Source<Value> extends Observable<Value> {
  set(value: Value): void
}

/** Makes an observable that tells its listeners when `set` brings another value. */
export function createSource<Value>(
  initial: Value,
  isSame: (a: Value, b: Value) => boolean = Object.is,
): Source<Value> {
  const listeners = createListeners()
  let current = initial
  return {
    get current() {
      return current
    },
    set(value) {
      if (isSame(current, value)) return
      current = value
      listeners.notify()
    },
    subscribe: (listener) => listeners.add(listener),
  }
}

/** A part of what an observable holds: its listeners hear when the part is another. */
export function partOf<Value, Part>(
  whole: Observable<Value>,
  find: (value: Value) => Part,
): Observable<Part> {
  const current = () => find(whole.current)
  return {
    get current() {
      return current()
    },
    subscribe(listener) {
      let known = current()
      return whole.subscribe(() => {
        const before = known
        known = current()
        if (known !== before) listener()
      })
    },
  }
}

/** A set of listeners, each added and removed once. */
export interface Listeners<Arguments extends readonly unknown[] = []> {
  readonly size: number
  add(listener: (...values: Arguments) => void): () => void
  notify(...values: Arguments): void
}

/** Makes a set of listeners; one that throws is reported and does not keep the others from hearing. */
export function createListeners<Arguments extends readonly unknown[] = []>(): Listeners<Arguments> {
  // Each subscription is an entry of its own, so that the same function may be given twice.
  const entries = new Set<{ readonly listener: (...values: Arguments) => void }>()
  return {
    get size() {
      return entries.size
    },
    add(listener) {
      const entry = { listener }
      entries.add(entry)
      return () => void entries.delete(entry)
    },
    notify(...values) {
      for (const entry of Array.from(entries)) {
        if (entries.has(entry)) guarded(() => entry.listener(...values))
      }
    },
  }
}

/** Runs a function that must not keep others from running; what it throws is reported as a listener's fault is. */
export function guarded(call: () => void): void {
  try {
    call()
  } catch (error) {
    // oxlint-disable-next-line no-console -- outside browsers there is no `reportError`
    const report = (globalThis as { reportError?: (error: unknown) => void }).reportError ?? console.error
    report(error)
  }
}

/** Tells whether two flat objects have the same members. */
export function isShallowEqual<Value extends object>(a: Value, b: Value): boolean {
  const keys = Object.keys(a) as (keyof Value)[]
  return keys.length === Object.keys(b).length && keys.every((key) => Object.is(a[key], b[key]))
}
