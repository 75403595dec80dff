/** One step of a migration, as data: `format-migration.ts` prints it, `run-step.ts` does it. */

export interface MigrationStep {
  /** What the step is for, in a few words. */
  readonly purpose: string
  /** What else its reader should know, as `; …`. */
  readonly note?: string
  /** Table as declared; null for what belongs to all. */
  readonly table: string | null
  readonly statements: readonly string[]
  /**
   * `once` in one transaction; `outside` each statement by itself, because PostgreSQL refuses it in a transaction;
   * `until done` in transactions of their own until no row is left.
   */
  readonly run: 'once' | 'outside' | 'until done'
}

/** False where nothing remains to be done. */
export type MaybeStep = MigrationStep | false
