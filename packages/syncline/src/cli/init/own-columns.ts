/** Columns that Syncline keeps on a table: those of an earlier migration, and names for them that are free. */
import type { CatalogTable } from './catalog.ts'

export interface OwnColumns {
  /** Names that are not `version` and `field_versions`. */
  readonly versionColumn?: string
  readonly fieldVersionsColumn?: string
  /** Columns that become no fields. */
  readonly names: ReadonlySet<string>
  readonly notes: readonly string[]
}

/** Decides where versions are kept: a `version` that the application has already is its own. */
export function ownColumns(table: CatalogTable): OwnColumns {
  const type = (name: string) => table.columns.find((column) => column.name === name)?.type
  const rooms = table.columns.map(({ name }) => name).filter((name) => /^sync_room($|_)/.test(name))
  if (type('field_versions') === 'jsonb') {
    const version = type('sync_version') === 'int4' ? 'sync_version' : 'version'
    return {
      ...(version !== 'version' && { versionColumn: version }),
      names: new Set([version, 'field_versions', ...rooms]),
      notes: [],
    }
  }
  const isTaken = {
    version: type('version') !== undefined,
    fieldVersions: type('field_versions') !== undefined,
  }
  const taken = [
    ...(isTaken.version ? ['`version`'] : []),
    ...(isTaken.fieldVersions ? ['`field_versions`'] : []),
  ]
  return {
    ...(isTaken.version && { versionColumn: 'sync_version' }),
    ...(isTaken.fieldVersions && { fieldVersionsColumn: 'sync_field_versions' }),
    names: new Set(rooms),
    notes: taken.map(
      (name) =>
        `guess: the column ${name} is the application's own, so Syncline keeps its under another name.`,
    ),
  }
}
