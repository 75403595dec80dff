/**
 * Merge: last writer wins, field by field.
 *
 * The server numbers every change of a record; each field keeps the value with the
 * highest number, so copies agree whatever order changes arrive in.
 *
 *   M1 order       any order of the same changes gives the same record
 *   M2 repetition  a change applied again changes nothing
 *   M3 locality    a change touches only the fields it names
 *   M4 identity    a change that wins no field returns the same record object
 */

/** A record and, for each of its fields, the record version that last changed it. */
export interface VersionedRecord {
  readonly version: number
  readonly fields: Readonly<Record<string, unknown>>
  /** A field that is not named here has version 1. */
  readonly fieldVersions: Readonly<Record<string, number>>
}

/** New values of some fields of a record. */
export interface FieldChange {
  readonly version: number
  readonly fields: Readonly<Record<string, unknown>>
  /** Versions of fields that came together but changed at different times (a whole row); absent: all have `version`. */
  readonly fieldVersions?: Readonly<Record<string, number>>
}

/** Applies a change to a record. */
export function merge(record: VersionedRecord, change: FieldChange): VersionedRecord {
  let merged: Merged | undefined
  for (const field in change.fields) {
    const version = versionIn(change, field)
    if (version <= versionOf(record, field)) continue
    merged ??= {
      version: Math.max(record.version, change.version),
      fields: { ...record.fields },
      fieldVersions: { ...record.fieldVersions },
    }
    merged.fields[field] = change.fields[field]
    merged.fieldVersions[field] = version
  }
  return merged ?? record
}

/** The record version that last changed a field; 0 for a field that the record does not have yet. */
export function versionOf(record: VersionedRecord, field: string): number {
  if (Object.hasOwn(record.fieldVersions, field)) return record.fieldVersions[field] as number
  return Object.hasOwn(record.fields, field) ? 1 : 0
}

/** The version that a change gives to a field. */
function versionIn(change: FieldChange, field: string): number {
  const { fieldVersions, version } = change
  if (fieldVersions === undefined) return version
  return Object.hasOwn(fieldVersions, field) ? (fieldVersions[field] as number) : 1
}

interface Merged extends VersionedRecord {
  readonly fields: Record<string, unknown>
  readonly fieldVersions: Record<string, number>
}
