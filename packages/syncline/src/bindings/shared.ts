/**
 * An observable that several components use: opened when it is first read, closed a while after nobody uses it.
 *
 * A React render reads before it can subscribe, and may be thrown away (Strict Mode, Suspense, a transition that is
 * overtaken). So a reader that never subscribes holds it for `KEPT_MS`, and a component that comes back within that
 * time, or another that shows the same, finds it open.
 */
import { createListeners, type Observable } from '../client/observable.ts'

/** 5 s: longer than React takes from a first render to its effects, or a person from one page to the next and back. */
export const KEPT_MS = 5_000

/** Where the values come from, while it is open. */
export interface Origin<Value> {
  /** The value now; the same object until something in it changes. */
  read(): Value
  close(): void
}

export type Open<Value> = (onChange: () => void) => Origin<Value>

export interface Shared<Value> extends Observable<Value> {
  /** The value now, without holding it open for longer. */
  peek(): Value
}

/** Makes a shared observable; `forget` is called when it has been closed. */
export function createShared<Value>(open: Open<Value>, forget: () => void): Shared<Value> {
  const listeners = createListeners()
  let origin: Origin<Value> | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  const close = () => {
    origin?.close()
    origin = undefined
    forget()
  }
  const closeUnlessUsed = () => {
    clearTimeout(timer)
    if (listeners.size === 0) timer = setTimeout(close, KEPT_MS)
  }
  const shared: Shared<Value> = {
    get current() {
      closeUnlessUsed()
      return shared.peek()
    },
    peek() {
      origin ??= open(listeners.notify)
      return origin.read()
    },
    subscribe(listener) {
      const remove = listeners.add(listener)
      closeUnlessUsed()
      shared.peek()
      return () => {
        remove()
        closeUnlessUsed()
      }
    },
  }
  return shared
}

/** Gives the last value again when the next one has the same members, so that nothing renders for it. */
export function sameOr<Value extends object>(last: Value | undefined, next: Value): Value {
  for (const key in next) if (!last || !Object.is(last[key], next[key])) return next
  return last ?? next
}
