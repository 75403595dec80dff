/** What a look at capture has found, in sentences for a server's log. */
import type { Healing } from './heal-capture.ts'
import type { UnseenPartition } from './heal-partitions.ts'

export interface HealingMessage {
  /** `error` where somebody has to act. */
  readonly level: 'warn' | 'error'
  /** What it is about: `{ table: 'cameras' }`. */
  readonly subject: Readonly<Record<string, string>>
  readonly message: string
}

export function healingMessages(found: Healing): HealingMessage[] {
  return [
    ...found.uncaptured
      .filter((table) => !found.missing.some((missing) => missing.table === table))
      .map((table) =>
        error(
          { table },
          `Changes of \`${table}\` are not logged: a trigger is missing or disabled, or another table has this name now. Run \`npx syncline migrate\`: its rooms then load again.`,
        ),
      ),
    ...found.reloaded.map((table) =>
      warning({ table }, `Triggers or partitions of \`${table}\` were changed, so its rooms load again.`),
    ),
    ...found.partitions.map(aboutPartition),
    ...found.misplaced.map(({ table, trigger, message }) => error({ table, trigger }, message)),
    ...found.renewed.map((table) =>
      warning(
        { table },
        `Columns of \`${table}\` have other types, so the functions that capture it were made anew for sessions that are open.`,
      ),
    ),
    ...found.outdated.map((table) =>
      error(
        { table },
        `Columns of \`${table}\` have other types than the functions that capture it were made for, and this server's role does not own these: updates fail in sessions that wrote the table before (42804). Run \`npx syncline migrate\` as their owner.`,
      ),
    ),
    ...found.missing.map(({ table, column }) =>
      error(
        { table, column },
        `\`${table}\` has no column \`${column}\` any more, which its capture reads: ${found.uncaptured.includes(table) ? 'its triggers are disabled, and changes of the table are not logged' : 'writes of the table fail'}. Rename it back, or correct the declaration (.column('…'), or without the field) and run \`npx syncline migrate\`${found.uncaptured.includes(table) ? ': its rooms then load again' : ''}.`,
      ),
    ),
  ]
}

function aboutPartition({ partition, outcome }: UnseenPartition): HealingMessage {
  const subject = { partition }
  switch (outcome) {
    case 'healed':
      return warning(subject, `Partition ${partition} is new: its TRUNCATE is captured from now on.`)
    case 'locked':
      return warning(
        subject,
        `TRUNCATE of partition ${partition} is not captured, and a trigger could not be added because it is locked; it is tried again.`,
      )
    case 'forbidden':
      return error(
        subject,
        `TRUNCATE of partition ${partition} is not captured, and this server's role may not add the trigger. Run \`npx syncline migrate\` as its owner.`,
      )
  }
}

const warning = (subject: HealingMessage['subject'], message: string): HealingMessage => ({
  level: 'warn',
  subject,
  message,
})

const error = (subject: HealingMessage['subject'], message: string): HealingMessage => ({
  level: 'error',
  subject,
  message,
})
