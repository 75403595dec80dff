/** One record on the device: what the server confirmed (base), the ops not yet in it (overlay), what is seen. */
import type { VersionedRecord } from '../../protocol/merge.ts'
import type { AnyRow } from '../query/row.ts'
import type { Operator } from './apply-operator.ts'

/** A record as the server confirmed it; its fields are the row itself, so that an unwritten row costs no copy. */
export interface BaseRecord extends VersionedRecord {
  readonly fields: AnyRow
}

/** A write that is shown before the base contains it. */
export interface OverlayOp {
  readonly model: string
  readonly id: string
  readonly action: 'create' | 'update' | 'delete'
  /** New values, as rows hold them. */
  readonly fields: Readonly<Record<string, unknown>>
  /** What counters and sets add to the value they find. */
  readonly operators?: Readonly<Record<string, Operator>>
  /** When it was written, as ISO text: the place among the ops on its record. */
  readonly at: string
  /** Its device's number of it; `Infinity` until it has one. */
  n: number
}

/** Changed in place, by the store only. */
export interface Entry {
  readonly model: string
  readonly id: string
  base: BaseRecord | undefined
  ops: OverlayOp[]
  /** What the page sees: base with ops applied. */
  row: AnyRow | undefined
  /** How many joined rooms hold it. */
  holders: number
  /** How many loads under way bring it; until they are whole, nothing of it is shown. */
  stages: number
  /** What the transaction under way did to it: appended the ops from this index on, or more than that. */
  touched: number | undefined
}

/** Of an entry more changed than that ops were appended. */
export const WHOLLY = -1

// Shared by all entries without ops, so it is replaced and never filled.
const NO_OPS: OverlayOp[] = []

export function createEntry(model: string, id: string): Entry {
  return {
    model,
    id,
    base: undefined,
    ops: NO_OPS,
    row: undefined,
    holders: 0,
    stages: 0,
    touched: undefined,
  }
}

/** True when nothing is left to keep; a deleted record stays known while a room still has to tell of it. */
export function isEmptyEntry(entry: Entry): boolean {
  return entry.base === undefined && entry.ops.length === 0 && entry.holders === 0 && entry.stages === 0
}
