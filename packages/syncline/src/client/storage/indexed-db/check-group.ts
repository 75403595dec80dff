/** The shape of what was stored, checked before anything is read from it. */
import type { PackedGroup } from './packing.ts'
import { StorageError } from './problem.ts'

/**
 * A packed group whose lists fit one another.
 * @throws StorageError when they do not
 */
export function checkedGroup(value: unknown): PackedGroup {
  const group = value as Partial<PackedGroup> | null
  const count = Array.isArray(group?.rows) ? group.rows.length : -1
  if (
    typeof group?.model === 'string' &&
    isListOf(group.rows, count, isRow) &&
    isListOf(group.versions, count, isVersion) &&
    (group.entered === null || isListOf(group.entered, count, (at) => at === null || isVersion(at))) &&
    Array.isArray(group.stamps) &&
    group.stamps.every(isStamp) &&
    isListOf(group.stampOf, count, isIndexOf(group.stamps)) &&
    Array.isArray(group.wire) &&
    group.wire.every((name) => typeof name === 'string')
  ) {
    return group as PackedGroup
  }
  throw new StorageError('StorageDamagedError', 'A stored group of records has not the shape of one.')
}

function isListOf(list: unknown, count: number, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(list) && list.length === count && list.every(isItem)
}

function isRow(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const { id } = value as { id?: unknown }
  return typeof id === 'string' && id !== ''
}

/** Versions of records and fields: whole, from 0. */
export function isVersion(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isStamp(value: unknown): boolean {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isRecord && Object.values(value).every(isVersion)
}

function isIndexOf(list: readonly unknown[]): (value: unknown) => boolean {
  return (value) => isVersion(value) && value < list.length
}
