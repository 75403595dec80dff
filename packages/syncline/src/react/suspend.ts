/** Suspense: waits for what is pending, throws what failed. */
import type { Outcome } from '../bindings/results.ts'
import type { Shared } from '../bindings/shared.ts'

/**
 * 60 s: how long a tree that waits holds what it waits for. React does not say when it gives such a tree up, so it
 * is woken after that; if it is still wanted, it renders, finds the same pending, and waits again.
 */
export const WAIT_MS = 60_000

/** Resolves when the result is no longer pending. */
function settling(shared: Shared<Outcome>): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      clearTimeout(timer)
      stop()
      resolve()
    }
    const timer = setTimeout(settle, WAIT_MS)
    const stop = shared.subscribe(() => {
      if (shared.peek().status !== 'pending') settle()
    })
  })
}

/** Returns a result that is there. */
export function settled<Result extends Outcome>(result: Result, shared: () => Shared<Outcome>): Result {
  if (result.status === 'error') throw result.error
  if (result.status === 'success') return result
  throw settling(shared())
}

/** Leaves the component to the browser: React shows the fallback of the nearest `Suspense` in the server's page. */
export function onlyInBrowser(): never {
  throw new Error('Rows are on the device: the server shows the fallback of <Suspense>.')
}
