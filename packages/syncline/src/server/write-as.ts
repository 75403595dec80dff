/** The application's own writes under a user's name, so that activity knows the author. */
import type { Connection } from '../postgres/database.ts'
import { WRITER_SETTING, writerSetting } from '../postgres/capture/writer-setting.ts'
import { SynclineError } from '../protocol/errors.ts'
import type { User } from '../protocol/user.ts'
import type { Core } from './core.ts'

/** Who writes: a user, or whoever sent a request. */
export interface Author {
  readonly user?: Pick<User, 'id'>
  readonly device?: string
  readonly request?: Request
}

/** Runs `work` in one transaction whose changes are logged with the author; throws `unauthenticated` when there is none. */
export async function writeAs<T>(
  core: Core,
  author: Author,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  await core.ready
  const user = author.user ?? (author.request && (await core.identify(author.request))?.user)
  if (!user) {
    throw new SynclineError(
      'unauthenticated',
      'The write has no author. Give `user`, or a request of somebody who is signed in.',
    )
  }
  const { device } = author
  const setting = writerSetting({ actor: user.id, ...(device !== undefined && { device }) })
  const result = await core.database.transaction(async (connection) => {
    await connection.query('select set_config($1, $2, true)', [WRITER_SETTING, setting])
    return work(connection)
  })
  core.tail.wake()
  return result
}
