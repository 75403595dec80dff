/**
 * A device goes on naming the piece of the library that it is when that is deleted, as a connection names its ends: it
 * is whole again when the piece comes back. Before, the database forgot it.
 */
import { withEquipment } from './signal-tables.ts'

export const keptReferences: readonly string[] = withEquipment.map(
  (table) => `alter table ${table} drop constraint ${table}_equipment_id_fkey`,
)
