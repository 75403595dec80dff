/** A migration as a file of SQL: what `syncline migrate --print` shows. */
import type { MigrationStep } from './migration-step.ts'

/** Statements with a comment before each step; each step that PostgreSQL allows in a transaction is one. */
export function formatMigration(steps: readonly MigrationStep[]): string {
  if (steps.length === 0) return '-- The database is as declared.\n'
  return `${steps.map(formatStep).join('\n\n')}\n`
}

/** What a step is, in a line: `tasks: new table`. */
export function titleOf({ table, purpose, note = '' }: MigrationStep): string {
  return `${table === null ? '' : `${table}: `}${purpose}${note}`
}

function formatStep(step: MigrationStep): string {
  const title = `-- ${titleOf(step)}${step.run === 'until done' ? '; repeat until no row is left' : ''}`
  const statements = step.statements.map((statement) => `${statement};`)
  if (step.run !== 'once') return [title, ...statements].join('\n')
  return [title, 'begin;', ...statements, 'commit;'].join('\n')
}
