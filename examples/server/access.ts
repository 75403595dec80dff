/** Who may read and write what, in all examples. */
import type { Access } from 'syncline/server'
import { accountsAccess } from '../accounts/server/access.ts'
import { access as stageAccess } from '../stage/server/access.ts'
import type { schema } from './schema.ts'
import type { ExampleUser } from './sessions.ts'

export const access: Access<typeof schema, ExampleUser> = { ...stageAccess, ...accountsAccess }
