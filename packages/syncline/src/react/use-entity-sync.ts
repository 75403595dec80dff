/**
 * Keeps what a component holds itself, such as an open form, in step: it is told of a record that is no longer the
 * one it holds. Components that only show rows use `useQuery` and `useRecord`, which need no callback.
 */
import { useEffect } from 'react'
import type { Client } from '../client/client.ts'
import type { Schema } from '../schema/define-schema.ts'
import type { ModelName, RoomName, Row } from '../schema/row-types.ts'
import { modelNamed } from '../bindings/entity-name.ts'
import { share } from '../bindings/page.ts'
import { type MaybeId, roomTarget } from '../bindings/targets.ts'
import { useLatest } from './use-latest.ts'

/** With a room's id, such as `productionId`, the hook also joins that room. */
export type EntitySyncOptions<S extends Schema, E extends string, M extends ModelName<S>> = {
  /** `'checklist-item'`, or the model's name. */
  readonly entityType: E
  /** The record as the component holds it; nothing is told while there is none. */
  readonly currentData: ({ readonly id: string } & Partial<Row<S, M>>) | null | undefined
  /** Gets the record as it is now, when a field that the component holds was changed; its own edits stay until then. */
  readonly onUpdate: (data: Row<S, M>) => void
  /** @default true */
  readonly enabled?: boolean
} & { readonly [R in RoomName<S> as `${R}Id`]?: string | null }

type AnyRow = Readonly<Record<string, unknown>> & { readonly id: string }

/** The same, whatever the schema. */
export interface AnyEntitySyncOptions {
  readonly entityType: string
  readonly currentData: AnyRow | null | undefined
  readonly onUpdate: (data: never) => void
  readonly enabled?: boolean
}

export function useEntitySyncOf(client: Client<Schema>, options: AnyEntitySyncOptions): void {
  const { entityType, currentData, enabled = true } = options
  const model = modelNamed(client, entityType)
  const root = client.schema.roots.find((each) => `${each}Id` in options)
  const roomId = (options as unknown as Readonly<Record<string, MaybeId>>)[`${root}Id`]
  // A room that is named and not known yet is waited for.
  const id = enabled && (!root || roomId) ? currentData?.id : undefined
  const latest = useLatest(options)

  useEffect(() => {
    if (id === undefined) return
    const record = client.record(model, id)
    let before: AnyRow | undefined
    const check = () => {
      const row = record.current as AnyRow | undefined
      const { currentData: held, onUpdate } = latest.current
      if (row && held && isNews(row, held, before)) onUpdate(row as never)
      before = row
    }
    check()
    const stop = record.subscribe(check)
    // Only holds the room: where it stands is nothing to render.
    const { key, open } = roomTarget(root as string, roomId)
    const release = key ? share(client, key, open).subscribe(() => {}) : undefined
    return () => {
      stop()
      release?.()
    }
  }, [client, model, id, root, roomId, latest])
}

/** A field that the component holds is another than it holds, and not only because it was edited there. */
function isNews(row: AnyRow, held: AnyRow, before: AnyRow | undefined): boolean {
  return Object.keys(held).some(
    (field) => field in row && isOther(row, held, field) && (!before || isOther(row, before, field)),
  )
}

function isOther(a: AnyRow, b: AnyRow, field: string): boolean {
  return JSON.stringify([a[field]]) !== JSON.stringify([b[field]])
}
