/**
 * Whom a request is meant for. A cookie goes with every request of a browser, whoever signed in last; a device says
 * whose it is, so that its ops are not committed, and its rows not answered, in the name of another (K3).
 */
import type { Identity } from '../../server/identity.ts'
import type { Refused } from './answer.ts'

/** Says so when the session is another user's. */
export function meantForAnother({ user }: Identity, intended: string | undefined): Refused | undefined {
  if (intended === undefined || intended === user.id) return undefined
  return {
    code: 'session_ended',
    message: `The request is meant for user \`${intended}\`, and the session is of \`${user.id}\`. Sign in again as \`${intended}\`.`,
  }
}
