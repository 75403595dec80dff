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
  const fieldVersions =
    type('sync_field_versions') === 'jsonb' || (type('field_versions') ?? 'jsonb') !== 'jsonb'
      ? 'sync_field_versions'
      : 'field_versions'
  const isMigrated = type(fieldVersions) === 'jsonb'
  const isOurs = isMigrated && type('sync_version') === undefined && type('version') === 'int4'
  const version = type('version') === undefined || isOurs ? 'version' : 'sync_version'
  const taken = [
    ...(version === 'version' ? [] : ['`version`']),
    ...(fieldVersions === 'field_versions' ? [] : ['`field_versions`']),
  ]
  const rooms = table.columns.map(({ name }) => name).filter((name) => /^sync_room($|_)/.test(name))
  return {
    ...(version !== 'version' && { versionColumn: version }),
    ...(fieldVersions !== 'field_versions' && { fieldVersionsColumn: fieldVersions }),
    names: new Set([version, fieldVersions, ...rooms]),
    notes: taken.map(
      (name) =>
        `guess: the column ${name} is the application's own, so Syncline keeps its under another name.`,
    ),
  }
}
