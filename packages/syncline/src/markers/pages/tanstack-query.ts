/**
 * Reloads TanStack queries: a prop is the first part of a query's key, so that `accounts` reloads `['accounts']` and
 * `['accounts', 'open']`.
 *
 *   R1 no lost refresh   a first fetch under way is not repeated by an invalidation, so its queries are asked again
 *   R2 never backwards   data that says where it was read is not fetched again for what it contains
 *   R4 gentle            a reload waits for mutations under way
 */
import { older, type Page, placeAt, reloadOf } from '../page.ts'
import { EVERYTHING } from '../reloader.ts'

interface Filters {
  readonly queryKey?: readonly unknown[]
  /** Those that somebody shows: no other is fetched when it is invalidated. */
  readonly type?: 'active'
}

interface Cache {
  subscribe(
    listener: (event: { readonly type: string; readonly action?: { readonly type: string } }) => void,
  ): () => void
}

/** The part of a `QueryClient` that is used. */
export interface QueryClientLike {
  invalidateQueries(filters?: Filters): Promise<unknown>
  isFetching(
    filters?: Filters & {
      readonly predicate?: (query: { readonly state: { readonly data: unknown } }) => boolean
    },
  ): number
  isMutating(filters?: {
    readonly predicate?: (mutation: { readonly state: { readonly isPaused: boolean } }) => boolean
  }): number
  getQueriesData(filters: Filters): readonly (readonly [unknown, unknown])[]
  getQueryCache(): Cache
  getMutationCache(): Cache
}

export interface TanstackQueryOptions {
  /** The query key that a prop stands for. @default [prop] */
  readonly queryKey?: (prop: string) => readonly unknown[]
  /**
   * The cursor that came with a query's data: that of `sync.position()`, asked for before the data was read.
   * @default data.sync.cursor
   */
  readonly cursorOf?: (data: unknown) => string | undefined
}

/** Reloads through `queryClient.invalidateQueries`. */
export function tanstackQuery(
  client: QueryClientLike,
  { queryKey = (prop) => [prop], cursorOf = syncCursor }: TanstackQueryOptions = {},
): Page {
  const filtersOf = (prop: string): Filters => (prop === EVERYTHING ? {} : { queryKey: queryKey(prop) })
  const invalidate = async (filters: Filters) => {
    const isFirst = client.isFetching({ ...filters, predicate: ({ state }) => state.data === undefined }) > 0
    await client.invalidateQueries(filters)
    if (isFirst) await client.invalidateQueries(filters)
  }
  return {
    reload: (props) =>
      reloadOf(() =>
        props.length === 0 ? invalidate({}) : Promise.all(props.map((prop) => invalidate(filtersOf(prop)))),
      ),
    placeOf(prop) {
      const cursors = client
        .getQueriesData({ ...filtersOf(prop), type: 'active' })
        .map(([, data]) => cursorOf(data))
      const places = cursors.map((cursor) => (cursor === undefined ? undefined : placeAt(cursor)))
      return places.length === 0 ? undefined : places.reduce((a, b) => a && b && older(a, b))
    },
    // A mutation that waits for the network may wait for hours.
    isBusy: () => client.isMutating({ predicate: ({ state }) => !state.isPaused }) > 0,
    watch({ onShown, onFree }) {
      const stops = [
        client.getQueryCache().subscribe(({ action }) => {
          if (action?.type === 'success') onShown()
        }),
        client.getMutationCache().subscribe(onFree),
      ]
      return () => {
        for (const stop of stops) stop()
      }
    },
  }
}

function syncCursor(data: unknown): string | undefined {
  const { sync } = (data ?? {}) as { readonly sync?: { readonly cursor?: unknown } | null }
  return typeof sync?.cursor === 'string' ? sync.cursor : undefined
}
