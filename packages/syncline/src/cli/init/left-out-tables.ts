/** Tables that no schema should have: what cannot be captured, and what other tools keep for themselves. */
import { isIdentifier } from '../../schema/name-mistake.ts'
import type { CatalogTable } from './catalog.ts'

const KINDS: Readonly<Partial<Record<CatalogTable['kind'], string>>> = {
  v: 'it is a view, and only tables can be captured. The tables that it reads synchronise.',
  m: 'it is a materialised view, and only tables can be captured. The tables that it reads synchronise.',
  f: 'it is a foreign table: its rows change in another database, where no trigger of this one sees it.',
}

const KEPT_BY: readonly (readonly [name: RegExp, tool: string])[] = [
  [/^(schema_migrations|ar_internal_metadata)$/, 'Rails'],
  [/^(_prisma_migrations)$/, 'Prisma'],
  [/^(knex_migrations|knex_migrations_lock)$/, 'Knex'],
  [/^(__drizzle_migrations)$/, 'Drizzle'],
  [/^(kysely_migration|kysely_migration_lock)$/, 'Kysely'],
  [/^(SequelizeMeta)$/, 'Sequelize'],
  [/^(typeorm_metadata)$/, 'TypeORM'],
  [/^(pgmigrations)$/, 'node-pg-migrate'],
  [/^(django_migrations|django_content_type|django_session|django_admin_log)$/, 'Django'],
  [/^(alembic_version)$/, 'Alembic'],
  [/^(flyway_schema_history)$/, 'Flyway'],
  [/^(databasechangelog|databasechangeloglock)$/, 'Liquibase'],
  [/^(goose_db_version)$/, 'Goose'],
]

/** Why a table is left out before anybody looks at its columns; undefined when it is not. */
export function whyLeftOut(table: CatalogTable): string | undefined {
  const tool = KEPT_BY.find(([name]) => name.test(table.name))?.[1]
  if (tool !== undefined) return `${tool} keeps it for itself.`
  if (table.isInherited)
    return 'other tables inherit from it: their rows are read with it and captured without it.'
  const parts = table.isVisible ? [table.name] : [table.schema, table.name]
  if (!parts.every((part) => isIdentifier(part) && !part.includes('.'))) {
    return 'its name has a dot, a quote or a control character, which a declaration cannot have.'
  }
  return KINDS[table.kind]
}
