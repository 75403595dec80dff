/** `syncline explain may-read <channel> --user …`: whether a user may subscribe, and which rule decided. */
import { defineCommand } from 'citty'
import { compileAccess } from '../../server/access/compile-access.ts'
import { environmentSecret } from '../../server/environment.ts'
import { explainReading } from '../../server/explain/reading.ts'
import { Ids } from '../../server/ids/ids.ts'
import type { User } from '../../protocol/user.ts'
import { explainFailure } from '../explain-failure.ts'
import { type Terminal, terminal } from '../terminal.ts'
import { DATABASE_ARGUMENT, openSubject, SCHEMA_ARGUMENT, type SubjectArguments } from './subject.ts'

interface MayReadArguments extends SubjectArguments {
  readonly channel: string
  readonly user: string
}

export const mayReadCommand = defineCommand({
  meta: {
    name: 'may-read',
    description: 'Whether a user may subscribe to a channel, and which rule decided',
  },
  args: {
    channel: {
      type: 'positional',
      required: true,
      description: 'Account:7, Account:all, Account:7/account_users',
    },
    user: {
      type: 'string',
      required: true,
      description: 'The user as `authenticate` gives it: an id, or JSON such as {"id":"2","siteAdmin":true}',
    },
    schema: SCHEMA_ARGUMENT,
    database: DATABASE_ARGUMENT,
  },
  async run({ args }) {
    process.exitCode = await runMayRead(args, terminal)
  },
})

/** Exit code 0 for yes, 1 for no and for what went wrong. */
async function runMayRead(args: MayReadArguments, to: Terminal): Promise<number> {
  try {
    const user = userOf(args.user)
    const { declaration, database } = await openSubject(args)
    try {
      const { schema, access = {} } = declaration
      const ids = new Ids(schema, environmentSecret()?.secret ?? '')
      const context = { schema, ids, database, rules: compileAccess(schema, access), isEnabled: () => true }
      const { mayRead, rule, because } = await explainReading(context, user, args.channel)
      to.out(`${mayRead ? 'yes' : 'no'}  ${rule}\n${because}`)
      return mayRead ? 0 : 1
    } finally {
      await database.close()
    }
  } catch (error) {
    to.error(explainFailure(error))
    return 1
  }
}

function userOf(text: string): User {
  if (!text.trim().startsWith('{')) return { id: text }
  const user = JSON.parse(text) as User
  if (typeof user.id === 'string') return user
  throw new Error(
    `The user is ${text}, which has no \`id\` as text. Give the user as \`authenticate\` returns it.`,
  )
}
