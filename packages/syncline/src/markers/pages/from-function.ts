import { type Page, reloadOf } from '../page.ts'
import { type CursorOptions, placeOf } from './place-of.ts'

/**
 * Reloads through a function: it gets the names of the props, none meaning all, and returns a promise when it knows
 * when it is done. A rejection is a failure, and is tried again.
 */
export function fromFunction(
  reload: (props: readonly string[]) => unknown,
  { cursorOf }: CursorOptions = {},
): Page {
  return { ...placeOf(cursorOf), reload: (props) => reloadOf(() => reload(props)) }
}
