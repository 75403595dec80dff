/** The step that brings functions and their triggers up to date; none where all are as they should be. */
import {
  createTrigger,
  dropFormerTrigger,
  dropTrigger,
  enableTrigger,
  existingTrigger,
  isAsWanted,
  type WantedTrigger,
} from './capture-triggers.ts'
import type { DatabaseDescription } from './describe-database.ts'
import type { MaybeStep } from './migration-step.ts'
import { sourceOf } from './sql-text.ts'
import { asksWhatLogsItself } from './statement-entry.ts'

/** Functions and triggers that are not as they should be. */
export function captureStep(
  database: DatabaseDescription,
  purpose: string,
  table: string | null,
  functions: readonly string[],
  triggers: readonly WantedTrigger[],
  afterwards: readonly string[] = [],
): MaybeStep {
  const changed = functions.filter((text) => database.functions.get(nameOf(text)) !== sourceOf(text))
  const existing = table === null ? undefined : database.tables.get(table)
  const wrong = triggers.filter((wanted) => !isAsWanted(wanted, existingTrigger(existing, wanted)))
  const disabled = triggers.filter(
    (wanted) => !wrong.includes(wanted) && existingTrigger(existing, wanted)?.isEnabled === false,
  )
  const former = triggers.filter(
    ({ formerName, table: owner }) =>
      formerName !== undefined && existingTrigger(existing, { name: formerName, table: owner }) !== undefined,
  )
  if (changed.length + wrong.length + disabled.length + former.length === 0) return false
  return {
    purpose,
    table,
    statements: [
      ...waitForSilent(database, changed, triggers),
      ...changed.flatMap((text) => [text, `revoke all on function syncline.${nameOf(text)}() from public`]),
      ...wrong.flatMap((wanted) =>
        existingTrigger(existing, wanted) === undefined
          ? [createTrigger(wanted)]
          : [dropTrigger(wanted.name, wanted.table), createTrigger(wanted)],
      ),
      ...disabled.map(enableTrigger),
      ...former.flatMap(dropFormerTrigger),
      ...afterwards,
    ],
    run: 'once',
  }
}

/**
 * A statement that logs its own rows goes on with the functions that stand aside for it. When those that take their place
 * do not, it has to end first, or they would log its rows again.
 */
function waitForSilent(
  database: DatabaseDescription,
  changed: readonly string[],
  [first]: readonly WantedTrigger[],
): string[] {
  const isOver = changed.some((text) => {
    const existing = database.functions.get(nameOf(text)) ?? ''
    return asksWhatLogsItself(existing) && !asksWhatLogsItself(sourceOf(text))
  })
  return isOver && first ? [`lock table ${first.table} in share row exclusive mode`] : []
}

function nameOf(statement: string): string {
  return /function syncline\.(\w+)\(/.exec(statement)?.[1] as string
}
