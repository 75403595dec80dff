/** Development without a login: everybody is who they say they are. */
import type { Authenticate } from '../../server/identity.ts'

/** Who asks without a token. */
const NOBODY_IN_PARTICULAR = 'dev'

/** The token is the user's id: `createClient({ token: 'ana' })`. */
export const namedUsers: Authenticate = (request) => {
  const [, token] = /^bearer (.+)$/i.exec(request.headers.get('authorization') ?? '') ?? []
  return { user: { id: token?.trim() || NOBODY_IN_PARTICULAR } }
}
