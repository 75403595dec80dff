/**
 * What the components of one client's page use together: rooms, queries and records, each held once however many
 * components show it, and closed a while after the last.
 */
import type { Client } from '../client/client.ts'
import type { Observable } from '../client/observable.ts'
import type { Schema } from '../schema/define-schema.ts'
import { openRoom } from './held-room.ts'
import { type AnyQueryOptions, queryKey, writeQuery } from './query-options.ts'
import { FOUND, type Outcome, type QueryResult, type RecordResult, type RoomResult } from './results.ts'
import { type KnownRoom, outcomeOfNothing } from './room-knowledge.ts'
import { createShared, type Origin, sameOr, type Shared } from './shared.ts'

type AnyRow = { readonly id: string }
type Conditions = Readonly<Record<string, unknown>>

export class PageCache {
  readonly #client: Client<Schema>
  readonly #shared = new Map<string, Shared<unknown>>()
  readonly #rooms = new Map<Shared<RoomResult>, Pick<KnownRoom, 'model' | 'id'>>()
  /** Hear when a room of the page comes, goes, or stands elsewhere than before. */
  readonly #watchers = new Set<() => void>()

  constructor(client: Client<Schema>) {
    this.#client = client
  }

  room(model: string, id: string): Shared<RoomResult> {
    const shared: Shared<RoomResult> = this.#share(JSON.stringify(['room', model, id]), (onChange) => {
      this.#rooms.set(shared, { model, id })
      const refetch = () => shared.reopen()
      return openRoom(this.#client, model, id, refetch, () => {
        onChange()
        this.#tellWatchers()
      })
    })
    return shared
  }

  query(model: string, options: AnyQueryOptions): Shared<QueryResult<AnyRow>> {
    const open = () => writeQuery(this.#client, model, options)
    const isThere = (rows: readonly AnyRow[]) => rows.length > 0
    return this.#read(queryKey(model, options), open, isThere, model, options.where)
  }

  record(model: string, id: string): Shared<RecordResult<AnyRow>> {
    const open = () => this.#client.record(model, id)
    const isThere = (row: AnyRow | undefined) => row !== undefined
    return this.#read(JSON.stringify(['record', model, id]), open, isThere, model, { id })
  }

  /** Shares what is read from the store, with what the rooms say where nothing is found. */
  #read<Data>(
    key: string,
    open: () => Observable<Data>,
    isThere: (data: Data) => boolean,
    model: string,
    where: Conditions = {},
  ): Shared<Outcome & { readonly data: Data }> {
    return this.#share(key, (onChange) => {
      const source = open()
      const stop = source.subscribe(onChange)
      this.#watchers.add(onChange)
      return {
        read: (last) => {
          const data = source.current
          const { status, error, isLoading } = isThere(data) ? FOUND : this.#outcomeOfNothing(model, where)
          return sameOr(last, { data, status, error, isLoading })
        },
        close: () => {
          stop()
          this.#watchers.delete(onChange)
        },
      }
    })
  }

  #share<Value>(key: string, open: (onChange: () => void) => Origin<Value>): Shared<Value> {
    const known = this.#shared.get(key)
    if (known) return known as Shared<Value>
    const shared = createShared(open, () => {
      this.#shared.delete(key)
      if (this.#rooms.delete(shared as Shared<never>)) this.#tellWatchers()
    })
    this.#shared.set(key, shared)
    return shared
  }

  #outcomeOfNothing(model: string, where: Conditions): Outcome {
    const rooms = Array.from(this.#rooms, ([shared, room]) => ({ ...room, result: shared.peek() }))
    return outcomeOfNothing(this.#client.schema, rooms, model, where)
  }

  #tellWatchers(): void {
    for (const tell of Array.from(this.#watchers)) tell()
  }
}

const caches = new WeakMap<object, PageCache>()

/** The cache of a client; one for all its components, and gone with it. */
export function cacheOf(client: Client<Schema>): PageCache {
  const known = caches.get(client)
  if (known) return known
  const cache = new PageCache(client)
  caches.set(client, cache)
  return cache
}
