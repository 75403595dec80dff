/** Hearing confirmed changes in a component, for what is not a matter of rows: a sound, a toast, a loader of its own. */
import { useEffect } from 'react'
import type { Client } from '../client/client.ts'
import type { EntityEvent } from '../client/events.ts'
import { kebabCase } from '../schema/kebab-case.ts'
import type { Schema } from '../schema/define-schema.ts'
import type { ModelName, Row } from '../schema/row-types.ts'
import { type KebabCase, modelNamed } from './entity-name.ts'
import { useLatest } from './use-latest.ts'

/** A confirmed change of one record; a record that went has only its id. */
export type EntityUpdate<S extends Schema, M extends ModelName<S>> =
  | (EntityFacts & { readonly type: `${KebabCase<M>}:${'created' | 'updated'}`; readonly data: Row<S, M> })
  | (EntityFacts & { readonly type: `${KebabCase<M>}:deleted`; readonly data: { readonly id: string } })

type EntityFacts = Omit<EntityEvent, 'type' | 'data'>

const VERBS = ['created', 'updated', 'deleted']

export function useEntityUpdatesOf(
  client: Client<Schema>,
  entity: string,
  onUpdate: (event: EntityEvent) => void,
): void {
  const name = kebabCase(modelNamed(client.schema, entity).name)
  const latest = useLatest(onUpdate)
  useEffect(() => {
    const tell = (event: EntityEvent) => latest.current(event)
    const stops = VERBS.map((verb) => client.on(`${name}:${verb}`, tell))
    return () => {
      for (const stop of stops) stop()
    }
  }, [client, name, latest])
}

/** Calls once for each batch of changes, and when a room was loaded anew. */
export function useRefreshOnChangeOf(client: Client<Schema>, entity: string, refresh: () => void): void {
  const name = kebabCase(modelNamed(client.schema, entity).name)
  const latest = useLatest(refresh)
  useEffect(
    () =>
      client.on('data:changed', ({ entities }) => {
        const isLoadedAnew = entities.length === 0
        if (isLoadedAnew || entities.some((event) => event.entity === name)) latest.current()
      }),
    [client, name, latest],
  )
}
