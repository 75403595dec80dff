/** Whether a user may read a channel at this moment: for what is answered once, such as activity. */
import type { Database } from '../postgres/database.ts'
import type { Rules } from '../postgres/rules.ts'
import type { User } from '../protocol/user.ts'
import type { CompiledSchema } from '../schema/model.ts'
import { type ChannelTarget, findTarget } from './channel-target.ts'
import type { Ids } from './ids/ids.ts'
import { checkReaders } from './rooms/check-readers.ts'
import type { Readership } from './rooms/room.ts'

export interface AccessContext {
  readonly schema: CompiledSchema
  readonly rules: Rules
  readonly database: Pick<Database, 'query'>
}

export async function mayReadChannel(
  context: AccessContext & { readonly ids: Ids },
  user: User,
  channel: string,
): Promise<boolean> {
  const target = findTarget(context.schema, context.ids, channel)
  if (!target) return false
  return mayReadTarget(context, target, user)
}

/** Whether the user may read what a channel stands for; rejects when that cannot be found out. */
export async function mayReadTarget(
  context: AccessContext,
  target: ChannelTarget,
  user: User,
): Promise<boolean> {
  const { readers, failed } = await readersOf(context, target, [user])
  if (failed.has(user)) throw failed.get(user)
  return readers.has(user)
}

/** Which of these users may read what a channel stands for. */
export async function readersOf(
  { rules, database }: AccessContext,
  target: ChannelTarget,
  users: readonly User[],
): Promise<Readership> {
  switch (target.kind) {
    case 'room':
    case 'collection':
      return checkReaders(database, rules, target.model, target.id, users)
    case 'all':
      return surely(users.filter((user) => rules.all(target.model, user)))
    case 'user':
      return surely(users.filter(({ id }) => id === target.id))
    case 'mine':
      // Everybody has a list of what is theirs, be it empty.
      return surely(users)
  }
}

/** These users, without a question to the database that could fail. */
function surely(readers: readonly User[]): Readership {
  return { readers: new Set(readers), failed: NOBODY }
}

const NOBODY: ReadonlyMap<User, unknown> = new Map()
