/**
 * Keeps what a component holds itself, such as an open form, in step: it is told of a record that is no longer the
 * one it holds. Components that only show rows use `useQuery` and `useRecord`, which need no callback.
 */
import { useEffect } from 'react'
import type { Client } from '../client/client.ts'
import type { Schema } from '../schema/define-schema.ts'
import { kebabCase } from '../schema/kebab-case.ts'
import { roomChannel } from '../protocol/channel.ts'
import type { ModelName, RoomName, Row } from '../schema/row-types.ts'
import { modelNamed } from './entity-name.ts'
import { cacheOf } from './page-cache.ts'
import { useLatest } from './use-latest.ts'

/** With a room's id, such as `productionId`, the hook also holds that room, and hears only of its records. */
export type EntitySyncOptions<S extends Schema, E extends string, M extends ModelName<S>> = {
  /** `'checklist-item'`, or the model's name. */
  readonly entityType: E
  /** The record as the component holds it; without one, the hook tells of every updated record. */
  readonly currentData?: ({ readonly id: string } & Partial<Row<S, M>>) | null
  /** Gets the record as it is now. */
  readonly onUpdate: (data: Row<S, M>) => void
  /** @default true */
  readonly enabled?: boolean
} & { readonly [R in RoomName<S> as `${R}Id`]?: string | null }

type AnyRow = Readonly<Record<string, unknown>> & { readonly id: string }

/** The same, whatever the schema. */
export interface AnyEntitySyncOptions {
  readonly entityType: string
  readonly currentData?: AnyRow | null
  readonly onUpdate: (data: never) => void
  readonly enabled?: boolean
}

export function useEntitySyncOf(client: Client<Schema>, options: AnyEntitySyncOptions): void {
  const { entityType, currentData, onUpdate, enabled = true } = options
  const { name } = modelNamed(client.schema, entityType)
  const [root, roomId] = roomOf(client.schema, options)
  // A room that is named and not known yet is waited for.
  const isOn = enabled && (root === undefined || typeof roomId === 'string')
  const recordId = currentData?.id
  const latest = useLatest((row: AnyRow) => onUpdate(row as never))
  const held = useLatest(() => currentData)

  useEffect(() => {
    if (!isOn || root === undefined) return
    return cacheOf(client)
      .room(root, roomId as string)
      .subscribe(() => {})
  }, [client, isOn, root, roomId])

  useEffect(() => {
    if (!isOn) return
    const tell = (row: AnyRow) => latest.current(row)
    if (recordId !== undefined) return followRecord(client, name, recordId, () => held.current(), tell)
    return hearUpdates(client, kebabCase(name), channelOf(client, root, roomId), tell)
  }, [client, name, recordId, isOn, root, roomId, latest, held])
}

/** The room among the options: `productionId` for the room `production`. */
function roomOf({ roots }: Schema, options: object): readonly [root?: string, id?: unknown] {
  const root = roots.find((each) => `${each}Id` in options)
  return root === undefined ? [] : [root, (options as Readonly<Record<string, unknown>>)[`${root}Id`]]
}

/** Tells when the record is another than the one held, once for each state of it. */
function followRecord(
  client: Client<Schema>,
  model: string,
  id: string,
  held: () => AnyRow | null | undefined,
  tell: (row: AnyRow) => void,
): () => void {
  const record = client.record(model, id)
  let told: unknown
  const check = () => {
    const row = record.current as AnyRow | undefined
    if (!row || row === told || isHeld(row, held())) return
    told = row
    tell(row)
  }
  check()
  return record.subscribe(check)
}

/** Every field that the component holds is as in the record. */
function isHeld(row: AnyRow, held: AnyRow | null | undefined): boolean {
  if (!held) return false
  return Object.keys(row).every((field) => !(field in held) || isSame(row[field], held[field]))
}

function isSame(a: unknown, b: unknown): boolean {
  return Object.is(a, b) || (typeof a === 'object' && JSON.stringify(a) === JSON.stringify(b))
}

function hearUpdates(
  client: Client<Schema>,
  entity: string,
  channel: string | undefined,
  tell: (row: AnyRow) => void,
): () => void {
  return client.on('data:changed', (batch) => {
    if (channel !== undefined && batch.channel !== channel) return
    for (const event of batch.entities) {
      if (event.type === `${entity}:updated`) tell(event.data as AnyRow)
    }
  })
}

function channelOf(client: Client<Schema>, root: string | undefined, id: unknown): string | undefined {
  const model = root === undefined ? undefined : client.schema.models[root]
  return model && roomChannel(model.channel, id as string)
}
