import { type Page, reloadOf } from '../page.ts'

/**
 * Reloads through a function: it gets the names of the props, none meaning all, and returns a promise when it knows
 * when it is done. A rejection is a failure, and is tried again.
 */
export function fromFunction(reload: (props: readonly string[]) => unknown): Page {
  return { reload: (props) => reloadOf(() => reload(props)) }
}
