import { type Page, reloadOf } from '../page.ts'
import { type CursorOptions, placeOf } from './place-of.ts'

/** The part of SWR's global `mutate` that is used. */
export type MutateLike = (matcher: (key: never) => boolean) => Promise<unknown>

export interface SwrOptions extends CursorOptions {
  /** Whether a prop stands for an SWR key. @default the key, or its first part, is the prop */
  readonly matches?: (prop: string, key: unknown) => boolean
}

/** Reloads SWR's keys: a prop is a key, or the first part of one. */
export function swr(mutate: MutateLike, { matches = isPropOf, cursorOf }: SwrOptions = {}): Page {
  return {
    ...placeOf(cursorOf),
    reload: (props) =>
      reloadOf(() => mutate((key) => props.length === 0 || props.some((prop) => matches(prop, key)))),
  }
}

function isPropOf(prop: string, key: unknown): boolean {
  return (Array.isArray(key) ? key[0] : key) === prop
}
