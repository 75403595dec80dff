/** Suspense: waits for what is pending, throws what failed. */
import type { Outcome } from './results.ts'
import type { Shared } from './shared.ts'

/**
 * 60 s: how long a tree that waits holds what it waits for. React does not say when it gives such a tree up, so it
 * is woken after that; if it is still wanted, it renders, finds the same pending, and waits again.
 */
export const WAIT_MS = 60_000

const waits = new WeakMap<object, Promise<void>>()

/** Resolves when the result is no longer pending; the same promise for all who wait. */
function whenSettled(shared: Shared<Outcome>): Promise<void> {
  const known = waits.get(shared)
  if (known) return known
  const wait = new Promise<void>((resolve) => {
    const settle = () => {
      clearTimeout(timer)
      stop()
      waits.delete(shared)
      resolve()
    }
    const timer = setTimeout(settle, WAIT_MS)
    const stop = shared.subscribe(() => {
      if (shared.peek().status !== 'pending') settle()
    })
  })
  waits.set(shared, wait)
  return wait
}

/** Returns a result that is there. */
export function settled<Result extends Outcome>(result: Result, shared: () => Shared<Outcome>): Result {
  if (result.status === 'error') throw result.error
  if (result.status === 'pending') throw whenSettled(shared())
  return result
}

/** Leaves the component to the browser: React shows the fallback of the nearest `Suspense` in the server's page. */
export function onlyInBrowser(): never {
  throw new Error(
    'Rows are on the device, not on the server. The nearest <Suspense> shows its fallback until the page runs in a browser.',
  )
}
