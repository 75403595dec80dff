/** A stored session that is over by the clock: no advice about tokens, which it never had. */
import { expect, test } from 'vitest'
import { cookieHeader, sessionCookie } from '../../src/server/index.ts'
import { startStageServer } from './stage-server.ts'

const SECRET = 'the secret that sessions are signed with'

test('A2: a connection of a session that reaches its `expiresAt` ends with `session_ended`', async () => {
  const expiresAt = new Date(Date.now() + 2_000)
  const server = await startStageServer({
    authenticate: sessionCookie({ secret: SECRET, find: () => ({ user: { id: 'ana' }, expiresAt }) }),
    limits: { expiryGraceMs: 0 },
  })
  const cookie = cookieHeader('session', 's-ana', SECRET, { isSecure: false }).split(';')[0] as string
  const origin = `http://127.0.0.1:${server.port}`

  const socket = await server.socket(undefined, { headers: { cookie, origin } })
  socket.send({ type: 'hello', protocol: 1, device: 'expiring', schema: 2 })
  await socket.next(({ type }) => type === 'welcome')
  const closed = await socket.closed

  expect(closed).toBe(4003)
  expect(socket.messages.at(-1)).toMatchObject({ type: 'bye', code: 'session_ended', reconnect: false })
  await server.close()
})
