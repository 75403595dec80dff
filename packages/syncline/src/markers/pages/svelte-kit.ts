import { type Page, reloadOf } from '../page.ts'
import { type CursorOptions, placeOf } from './place-of.ts'

export interface SvelteKitOptions extends CursorOptions {
  /** What a load function says that it depends on. @default `app:${prop}` */
  readonly dependency?: (prop: string) => string
}

/** Reloads the load functions that call `depends('app:accounts')`; for no prop, those that depend on anything. */
export function svelteKit(
  invalidate: (resource: string | ((url: URL) => boolean)) => Promise<unknown>,
  { dependency = (prop) => `app:${prop}`, cursorOf }: SvelteKitOptions = {},
): Page {
  return {
    ...placeOf(cursorOf),
    reload: (props) =>
      reloadOf(() =>
        props.length === 0
          ? invalidate(() => true)
          : Promise.all(props.map((prop) => invalidate(dependency(prop)))),
      ),
  }
}
