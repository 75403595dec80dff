/** What `init` tells a person when it is done: what it found, what it left out, what comes next. */
import type { MigrationReport } from '../../postgres/capture/migrate.ts'
import type { Catalog } from './catalog.ts'
import type { SchemaPlan } from './plan.ts'

/** The text; `accessFile` only when it was written. */
export function summaryOf(
  { models, room, shared, leftOut }: SchemaPlan,
  { steps }: Pick<MigrationReport, 'steps'>,
  file: string,
  accessFile: string | undefined,
): string {
  const columns = models.flatMap(({ table, leftOut: ofTable }) =>
    ofTable.map(({ what, why }) => ({ what: `${table}.${what}`, why })),
  )
  const left = [...leftOut, ...columns]
  return [
    `Wrote ${file}: ${counted(models.length, 'model')}, ${room === undefined ? 'no room' : `room \`${room.root}\` with ${counted(room.members.length, 'further model')}`}, ${shared.size} shared.`,
    ...(accessFile === undefined
      ? []
      : [`Wrote ${accessFile}: nobody may read or write anything before its rules say so.`]),
    ...(left.length === 0 ? [] : ['', 'Left out:', ...left.map(({ what, why }) => `  ${what}: ${why}`)]),
    '',
    ...(steps.length === 0
      ? ['The database is already as declared.']
      : [
          'What migrate would do (nothing was changed; the SQL: npx syncline migrate --print):',
          ...stepsByPurpose(steps),
        ]),
    '',
    `Next: read the lines that begin with "guess" in ${file}, then npx syncline migrate, then npx syncline dev.`,
    ...joinOf({ room, shared }),
  ].join('\n')
}

/** A query shows what was joined, and nothing else. */
function joinOf({ room, shared }: Pick<SchemaPlan, 'room' | 'shared'>): string[] {
  const [first] = shared.keys()
  const join =
    room === undefined ? first && `client.join('${first}', 'all')` : `client.join('${room.root}', id)`
  return join === undefined ? [] : [`In the page: ${join}, and its queries show what it holds.`]
}

/** What would keep `migrate` from working, though the schema is right. */
export function warningsOf(catalog: Catalog, { models }: SchemaPlan): string[] {
  const foreign = models.filter(({ source }) => !source.isOwned)
  const owners = [...new Set(foreign.map(({ source }) => `\`${source.owner}\``))]
  return [
    ...(catalog.mayMigrate
      ? []
      : [
          `Role \`${catalog.role}\` may not create the schema \`syncline\` in \`${catalog.database}\`. Grant it (grant create on database ${catalog.database} to ${catalog.role}), or run migrate as a role that may.`,
        ]),
    ...(foreign.length === 0
      ? []
      : [
          `Role \`${catalog.role}\` does not own ${foreign.map(({ table }) => `\`${table}\``).join(', ')}, and only an owner can add columns and triggers. Run migrate as ${owners.join(' or ')}.`,
        ]),
  ]
}

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`

function stepsByPurpose(steps: MigrationReport['steps']): string[] {
  return [...new Set(steps.map(({ purpose }) => purpose))].map((purpose) => {
    const tables = steps.filter((step) => step.purpose === purpose).flatMap(({ table }) => table ?? [])
    return `  ${purpose}${tables.length === 0 ? '' : `: ${tables.join(', ')}`}`
  })
}
