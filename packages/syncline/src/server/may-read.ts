/** Whether a user may read a channel at this moment: for what is answered once, such as activity. */
import type { Database } from '../postgres/database.ts'
import type { Rules } from '../postgres/rules.ts'
import type { User } from '../protocol/user.ts'
import type { CompiledSchema } from '../schema/model.ts'
import { type ChannelTarget, findTarget } from './channel-target.ts'
import type { Ids } from './ids/ids.ts'
import { checkReaders } from './rooms/check-readers.ts'

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
  return (await readersOf(context, target, [user])).has(user)
}

/** Which of these users may read what a channel stands for. */
export async function readersOf(
  { rules, database }: AccessContext,
  target: ChannelTarget,
  users: readonly User[],
): Promise<ReadonlySet<User>> {
  switch (target.kind) {
    case 'room':
    case 'collection':
      return checkReaders(database, rules, target.model, target.id, users)
    case 'all':
      return new Set(users.filter((user) => rules.all(target.model, user)))
    case 'user':
      return new Set(users.filter(({ id }) => id === target.id))
    case 'mine':
      // Everybody has a list of what is theirs, be it empty.
      return new Set(users)
  }
}
