/** How a table is named: in a declaration, and in SQL that is shown to a person. */
import { quoteIdentifier } from '../../postgres/sql.ts'
import type { CatalogTable } from './catalog.ts'

type Named = Pick<CatalogTable, 'schema' | 'name' | 'isVisible'>

/** As `model()` takes it: with its schema when it is not found without. */
export function declaredName({ schema, name, isVisible }: Named): string {
  return isVisible ? name : `${schema}.${name}`
}

/** As a statement has it; quoted where it must be. */
export function sqlName({ schema, name, isVisible }: Named): string {
  return (isVisible ? [name] : [schema, name]).map(quotedIfNeeded).join('.')
}

/** A name as a statement has it. */
export function quotedIfNeeded(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : quoteIdentifier(name)
}
