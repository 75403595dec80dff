/** Messages of a pull as operations: `{entity, entityId, type: 'CREATE' | 'UPDATE' | 'DELETE', data, …}`. Pure. */
import type { Change } from '../../protocol/messages/change.ts'
import { kebabCase } from '../../schema/kebab-case.ts'
import { deviceHash } from '../../server/frames/device-hash.ts'
import type { CompiledSchema } from '../../schema/model.ts'

export interface ReferenceOp {
  readonly entity: string
  readonly entityId: string
  readonly type: 'CREATE' | 'UPDATE' | 'DELETE'
  readonly data: Readonly<Record<string, unknown>> | null
  /** The device that asks, when the change is its own; of others nothing is said (A1). */
  readonly clientId: string | null
  readonly timestamp: string
}

/** An operation and where it was found. */
export interface PulledOp {
  readonly channel: string
  readonly model: string
  readonly op: ReferenceOp
}

/** Those of a pull's messages that carry records or cursors. */
export type PulledMessage =
  | {
      readonly type: 'rows'
      readonly channel: string
      readonly model: string
      readonly columns: readonly string[]
      readonly rows: readonly (readonly unknown[])[]
    }
  | { readonly type: 'changes'; readonly channel: string; readonly changes: readonly Change[] }
  | { readonly type: 'joined'; readonly channel: string; readonly cursor: string }
  | { readonly type: 'ack' | 'error' | 'gone' | 'snapshot' | 'marker'; readonly channel: string }

const TYPES = {
  create: 'CREATE',
  enter: 'CREATE',
  update: 'UPDATE',
  delete: 'DELETE',
  leave: 'DELETE',
} as const

/** Who asks: a device, which finds itself in what it wrote, and its user as changes name authors. */
export interface Asker {
  readonly device: string
  readonly user: string
}

/** The operations of one message; none for those without records. */
export function opsOf(schema: CompiledSchema, message: PulledMessage, asker?: Asker): PulledOp[] {
  const { channel } = message
  switch (message.type) {
    case 'rows': {
      const { model, columns } = message
      return message.rows.map((row) => ({ channel, model, op: loadedOp(model, columns, row) }))
    }
    case 'changes':
      return message.changes
        .filter(({ model }) => Object.hasOwn(schema.models, model))
        .map((change) => ({ channel, model: change.model, op: changedOp(change, asker) }))
    default:
      return []
  }
}

function loadedOp(model: string, columns: readonly string[], row: readonly unknown[]): ReferenceOp {
  const data = Object.fromEntries(columns.map((name, index) => [name, row[index]]))
  const timestamp = new Date().toISOString()
  return {
    entity: kebabCase(model),
    entityId: String(data['id']),
    type: 'CREATE',
    data,
    clientId: null,
    timestamp,
  }
}

function changedOp(change: Change, asker: Asker | undefined): ReferenceOp {
  const { model, id, action, fields, version, at } = change
  const data = fields === undefined ? null : { id, ...fields, version }
  const clientId = asker && isOwn(change, asker) ? asker.device : null
  return { entity: kebabCase(model), entityId: id, type: TYPES[action], data, clientId, timestamp: at }
}

/** Devices of two users may have one name, such as `web`: only what the user wrote is the device's own. */
function isOwn(change: Change, { device, user }: Asker): boolean {
  return change.actor === user && change.device === deviceHash(device, change)
}

/** The end of a record of which no message tells. */
export function departure(channel: string, model: string, entityId: string): PulledOp {
  const timestamp = new Date().toISOString()
  const op = {
    entity: kebabCase(model),
    entityId,
    type: 'DELETE',
    data: null,
    clientId: null,
    timestamp,
  } as const
  return { channel, model, op }
}
