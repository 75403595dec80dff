/**
 * Reloads TanStack queries: a prop is the first part of a query's key, so that `accounts` reloads `['accounts']` and
 * `['accounts', 'open']`.
 *
 *   R1 no lost refresh   a first fetch under way is not repeated by an invalidation, so its queries are asked again
 */
import { type Page, reloadOf } from '../page.ts'

/** The part of a `QueryClient` that is used. */
export interface QueryClientLike {
  invalidateQueries(filters?: { readonly queryKey?: readonly unknown[] }): Promise<unknown>
  isFetching(filters?: {
    readonly queryKey?: readonly unknown[]
    readonly predicate?: (query: { readonly state: { readonly data: unknown } }) => boolean
  }): number
}

export interface TanstackQueryOptions {
  /** The query key that a prop stands for. @default [prop] */
  readonly queryKey?: (prop: string) => readonly unknown[]
}

/** Reloads through `queryClient.invalidateQueries`. */
export function tanstackQuery(
  client: QueryClientLike,
  { queryKey = (prop) => [prop] }: TanstackQueryOptions = {},
): Page {
  const invalidate = async (filters: { queryKey?: readonly unknown[] }) => {
    const isFirst = client.isFetching({ ...filters, predicate: ({ state }) => state.data === undefined }) > 0
    await client.invalidateQueries(filters)
    if (isFirst) await client.invalidateQueries(filters)
  }
  return {
    reload: (props) =>
      reloadOf(() =>
        props.length === 0
          ? invalidate({})
          : Promise.all(props.map((prop) => invalidate({ queryKey: queryKey(prop) }))),
      ),
  }
}
