/**
 * An observable that several components use: opened when it is first read, closed a while after nobody uses it.
 *
 * A render reads before it can subscribe, and may be thrown away (Strict Mode, Suspense, a transition that is
 * overtaken). So a reader that never subscribes holds it for `KEPT_MS`, and a component that comes back within that
 * time, or another that shows the same, finds it open.
 */
import type { Observable } from '../client/observable.ts'

/** 5 s: longer than React takes from a first render to its effects, or a person from one page to the next and back. */
export const KEPT_MS = 5_000

/** Where the values come from, while it is open. */
export interface Origin<Value> {
  /** The value now; the last one again unless something in it changed. */
  read(last: Value | undefined): Value
  close(): void
}

export interface Shared<Value> extends Observable<Value> {
  /** The value now, without holding it open for longer. */
  peek(): Value
  /** Opens the origin anew, for all who use it, and closes the old one after that. */
  reopen(): void
}

/** Makes a shared observable; `forget` is called when it has been closed. */
export function createShared<Value>(
  open: (onChange: () => void) => Origin<Value>,
  forget: () => void,
): Shared<Value> {
  // Each subscription is an entry of its own, so that the same function may be given twice.
  const entries = new Set<{ readonly listener: () => void }>()
  let origin: Origin<Value> | undefined
  let latest: Value | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  const notify = () => {
    for (const entry of Array.from(entries)) if (entries.has(entry)) entry.listener()
  }
  const peek = () => {
    origin ??= open(notify)
    latest = origin.read(latest)
    return latest
  }
  const close = () => {
    origin?.close()
    origin = undefined
    forget()
  }
  const closeLater = () => {
    clearTimeout(timer)
    timer = setTimeout(close, KEPT_MS)
  }
  return {
    get current() {
      if (entries.size === 0) closeLater()
      return peek()
    },
    peek,
    subscribe(listener) {
      const entry = { listener }
      clearTimeout(timer)
      origin ??= open(notify)
      entries.add(entry)
      return () => {
        if (entries.delete(entry) && entries.size === 0) closeLater()
      }
    },
    reopen() {
      const old = origin
      origin = open(notify)
      // What opens in a microtask, as a room does, has opened by then.
      queueMicrotask(() => old?.close())
      notify()
    },
  }
}

/** Gives the last value again when the next one has the same members, so that nothing renders for it. */
export function sameOr<Value extends object>(last: Value | undefined, next: Value): Value {
  if (!last) return next
  const keys = Object.keys(next) as (keyof Value)[]
  return keys.every((key) => Object.is(last[key], next[key])) ? last : next
}
