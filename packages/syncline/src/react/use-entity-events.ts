/** Hearing confirmed changes in a component, for what is not a matter of rows: a sound, a toast, a loader of its own. */
import { useEffect } from 'react'
import type { Client } from '../client/client.ts'
import type { EntityEvent } from '../client/events.ts'
import type { Schema } from '../schema/define-schema.ts'
import { entityNamed } from '../bindings/entity-name.ts'
import { useLatest } from './use-latest.ts'

export function useEntityUpdatesOf(
  client: Client<Schema>,
  entity: string,
  onUpdate: (event: EntityEvent) => void,
): void {
  useBatches(client, entity, (events) => {
    for (const event of events) onUpdate(event)
  })
}

/** Calls once for each batch of changes, and when a room was loaded anew. */
export function useRefreshOnChangeOf(client: Client<Schema>, entity: string, refresh: () => void): void {
  useBatches(client, entity, (events, isLoadedAnew) => {
    if (isLoadedAnew || events.length > 0) refresh()
  })
}

/** Hears the changes of an entity, those of one store transaction at once. */
function useBatches(
  client: Client<Schema>,
  entity: string,
  onBatch: (events: readonly EntityEvent[], isLoadedAnew: boolean) => void,
): void {
  const name = entityNamed(client, entity)
  const latest = useLatest(onBatch)
  useEffect(
    () =>
      client.on('data:changed', ({ entities }) => {
        const own = entities.filter((event) => event.entity === name)
        latest.current(own, entities.length === 0)
      }),
    [client, name, latest],
  )
}
