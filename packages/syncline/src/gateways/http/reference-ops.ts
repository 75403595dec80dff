/** Messages of a pull as operations: `{entity, entityId, type: 'CREATE' | 'UPDATE' | 'DELETE', data, …}`. Pure. */
import type { Change } from '../../protocol/messages/change.ts'
import { kebabCase } from '../../schema/kebab-case.ts'
import type { CompiledSchema } from '../../schema/model.ts'

export interface ReferenceOp {
  readonly entity: string
  readonly entityId: string
  readonly type: 'CREATE' | 'UPDATE' | 'DELETE'
  readonly data: Readonly<Record<string, unknown>> | null
  readonly clientId: string | null
  readonly timestamp: string
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

/** The operations of one message; none for those without records. */
export function opsOf(schema: CompiledSchema, message: PulledMessage): ReferenceOp[] {
  switch (message.type) {
    case 'rows':
      return message.rows.map((row) => loadedOp(message.model, message.columns, row))
    case 'changes':
      return message.changes.filter(({ model }) => Object.hasOwn(schema.models, model)).map(changedOp)
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

function changedOp({ model, id, action, fields, version, at }: Change): ReferenceOp {
  const data = fields === undefined ? null : { id, ...fields, version }
  return { entity: kebabCase(model), entityId: id, type: TYPES[action], data, clientId: null, timestamp: at }
}
