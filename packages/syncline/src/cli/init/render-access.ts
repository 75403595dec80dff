/** Writes `access.ts`: nobody may do anything yet, and what the first rules could be. */
import type { MembershipPlan, SchemaPlan } from './plan.ts'

/** The whole file. `schemaModule` is what it imports: `./schema.js`. */
export function renderAccess({ room, membership, shared, models }: SchemaPlan, schemaModule: string): string {
  const root = room?.root ?? models.find(({ name }) => !shared.has(name))?.name
  const everybody = [...shared.keys()][0]
  return [
    '/**',
    ' * Who may read and write what. A model without a rule is written by nobody, and read by nobody unless it is in',
    " * a room: a room's readers read all that is in it. Nothing is open before a rule says so.",
    ' */',
    "import type { Access } from 'syncline/server'",
    `import type { schema } from '${schemaModule}'`,
    '',
    'export const access: Access<typeof schema> = {',
    ...(root === undefined ? [] : rootExample(root, membership)),
    ...(room?.members[0] === undefined
      ? []
      : memberExample(room.members[0].model, room.members[0].path[0] as string)),
    ...(everybody === undefined ? [] : sharedExample(everybody)),
    '}',
    '',
  ].join('\n')
}

const rootExample = (root: string, membership: MembershipPlan | undefined) => {
  const { table, room, user } = membership ?? { table: 'members', room: `${root}_id`, user: 'user_id' }
  return [
    "  // Who sees a record, as SQL that asks your own tables (import { sql } from 'syncline/server'):",
    `  // ${root}: {`,
    `  //   accessibleBy: (user, ${root}) => sql\`exists (`,
    `  //     select 1 from ${table} m where m.${room} = \${${root}.id} and m.${user} = \${user.id})\`,`,
    '  // },',
  ]
}

const memberExample = (member: string, reference: string) => [
  "  // What is in a room is read by the room's readers; here they may also write it:",
  `  // ${member}: { write: { create: ['*', '${reference}'], update: true } },`,
]

const sharedExample = (model: string) => [
  '  // A shared model is read by everybody for whom `all` says so:',
  `  // ${model}: { all: () => true },`,
]
