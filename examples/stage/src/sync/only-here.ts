/**
 * What was written and not taken, and is on this page alone: no write was made of it, so the device does not keep it.
 *
 *   W3 nothing lost   leaving the page and signing out are asked first while there is any
 */
import { useEffect } from 'react'
import { useCrew } from './crew-context.ts'

export class OnlyHere {
  readonly #texts = new Set<symbol>()

  get isEmpty(): boolean {
    return this.#texts.size === 0
  }

  /** Counts one more, until the returned function is called. */
  add(): () => void {
    const text = Symbol()
    this.#texts.add(text)
    return () => void this.#texts.delete(text)
  }
}

/** Counts what a field holds, for as long as it does. */
export function useOnlyHere(isOnlyHere: boolean): void {
  const { onlyHere } = useCrew().crew
  useEffect(() => (isOnlyHere ? onlyHere.add() : undefined), [onlyHere, isOnlyHere])
}
