/** The shape of what was stored, checked before anything is read from it. */
import { isRecord } from '../../../schema/is-record.ts'
import type { PackedGroup } from './packing.ts'
import { damaged } from './problem.ts'

/**
 * A packed group whose columns fit one another.
 * @throws StorageError when they do not
 */
export function checkedGroup(value: unknown): PackedGroup {
  const group = value as Partial<PackedGroup> | null
  const count = Array.isArray(group?.ids) ? group.ids.length : -1
  if (
    typeof group?.model === 'string' &&
    group.ids?.every(isName) &&
    isRecord(group.columns) &&
    Object.values(group.columns).every((column) => isColumn(column, count)) &&
    isColumn(group.versions, count, isVersion) &&
    isColumn(group.entered, count, (at) => at === null || isVersion(at)) &&
    Array.isArray(group.stamps) &&
    group.stamps.every(isStamp) &&
    isColumn(group.stampOf, count, isIndexOf(group.stamps)) &&
    Array.isArray(group.wire) &&
    group.wire.every(isText)
  ) {
    return group as PackedGroup
  }
  throw damaged('A stored group')
}

/** A value for each of so many records, or one for all. */
function isColumn(list: unknown, count: number, isItem?: (item: unknown) => boolean): boolean {
  const fits = Array.isArray(list) && (list.length === count || list.length === 1)
  return fits && (!isItem || list.every(isItem))
}

/** Text that names something. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

export function isText(value: unknown): value is string {
  return typeof value === 'string'
}

/** Versions of records and fields: whole, from 0. */
export function isVersion(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isStamp(value: unknown): boolean {
  return isRecord(value) && Object.values(value).every(isVersion)
}

function isIndexOf(list: readonly unknown[]): (value: unknown) => boolean {
  return (value) => isVersion(value) && value < list.length
}
