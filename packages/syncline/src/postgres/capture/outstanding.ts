/** What a migration would still have to do, in one text for all tables. */
import type { Drift } from './drift.ts'
import type { MigrationStep } from './migration-step.ts'

/** How much a table lacks: a server cannot work without the first two, and without the third misses changes. */
const LACKS = ['is missing', 'lacks columns that Syncline adds', 'is not captured as declared'] as const
type Lack = (typeof LACKS)[number]

const LACK_OF: Readonly<Record<string, Lack>> = {
  'new table': 'is missing',
  'new columns': 'lacks columns that Syncline adds',
}

/**
 * The steps as one difference, or none. `isFresh`: there is nothing of Syncline's own in the database yet.
 */
export function outstanding(steps: readonly MigrationStep[], isFresh: boolean): Drift[] {
  const lacks = new Map<string, Lack>()
  for (const { table, purpose } of steps) {
    // The first step of a table is the one without which the others make no sense.
    if (table !== null && !lacks.has(table))
      lacks.set(table, LACK_OF[purpose] ?? 'is not captured as declared')
  }
  const [first] = steps
  if (first === undefined) return []
  const facts = [...ownFacts(steps, isFresh), ...LACKS.flatMap((lack) => tablesThat(lack, lacks))]
  return [
    {
      kind: 'not_migrated',
      table: lacks.keys().next().value ?? 'syncline',
      isBlocking: isFresh || [...lacks.values()].some((lack) => lack !== 'is not captured as declared'),
      message: `\`npx syncline migrate\` is needed: ${facts.join('; ')}. Run it, or call \`migrate(options)\` before \`createSync(options)\`.`,
    },
  ]
}

function ownFacts(steps: readonly MigrationStep[], isFresh: boolean): string[] {
  if (isFresh) return ['the schema `syncline`, with the log, is missing']
  return steps.some(({ table }) => table === null) ? ['the schema `syncline` is of another version'] : []
}

function tablesThat(lack: Lack, lacks: ReadonlyMap<string, Lack>): string[] {
  const names = [...lacks].filter(([, its]) => its === lack).map(([table]) => `\`${table}\``)
  if (names.length === 0) return []
  return [names.length === 1 ? `table ${names[0]} ${lack}` : `tables ${names.join(', ')} ${plural(lack)}`]
}

function plural(lack: Lack): string {
  return lack.replace(/^is /, 'are ').replace(/^lacks /, 'lack ')
}
