/** What a page adapter is: the way from names of props to the page's own loader. */
import { positionOf } from '../protocol/marker-cursor.ts'

/** Where in the log a prop was read. */
export interface Place {
  readonly cursor: string
  /** Null when the cursor cannot be compared. */
  readonly position: number | null
}

/** The older of two places; one that cannot be compared counts as the oldest. */
export function older(a: Place, b: Place): Place {
  return (b.position ?? 0) < (a.position ?? 0) ? b : a
}

/** The place that a cursor stands for. */
export function placeAt(cursor: string): Place {
  return { cursor, position: positionOf(cursor) }
}

/** How a reload ended. */
export type ReloadEnd =
  /** The page shows the answer. */
  | 'ended'
  /** A visit of the user's came first. */
  | 'interrupted'
  /** No answer came. */
  | 'failed'
  /** The server answered, but not with these props. */
  | 'refused'

export interface Reload {
  readonly end: Promise<ReloadEnd>
  /** Gives up waiting. */
  cancel(): void
}

/** What an adapter tells. */
export interface PageHost {
  /** The page shows another answer than before, or the same page of the history. */
  onShown(): void
  /** A visit ended: a reload that waited may begin. */
  onFree(): void
  /** These props were answered with something older than what is shown, which was kept. */
  onKept(props: readonly string[]): void
}

/** A page adapter. Everything but `reload` is for pages that know more. */
export interface Page {
  /** Asks the page's loader for these props; for none, for all. */
  reload(props: readonly string[]): Reload
  /** Begins to tell the host; returns the function that ends it. */
  watch?(host: PageHost): () => void
  /** Where the shown value of a prop was read; undefined when that is unknown. */
  placeOf?(prop: string): Place | undefined
  /** Whether a visit or a submission is under way. */
  isBusy?(): boolean
  /** How long the server wants markers to be collected, in ms. */
  debounceMs?(): number | undefined
  /** How often in a row the server wants a lost connection to be tried again. */
  reconnectAttempts?(): number | undefined
  /** The page's props as they are shown. */
  props?(): Readonly<Record<string, unknown>> | undefined
}

/** A reload of a loader that returns a promise and cannot be cancelled. */
export function reloadOf(work: () => unknown): Reload {
  const end = (async (): Promise<ReloadEnd> => {
    try {
      await work()
      return 'ended'
    } catch {
      return 'failed'
    }
  })()
  return { end, cancel: () => {} }
}
