/** Whoever is turned away hears the same, whatever was wrong; the server's log says what, and what to change. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SignJWT } from 'jose'
import { jwt } from '../../src/server/index.ts'
import { silentLogger } from '../../src/server/logger.ts'
import { startStageServer, type StageServer } from './stage-server.ts'

const SECRET = 'the secret that tokens are signed with'
const logged: string[] = []
let server: StageServer
beforeAll(async () => {
  server = await startStageServer({
    authenticate: jwt({ secret: SECRET }),
    logger: { ...silentLogger, warn: (_, message) => void logged.push(message) },
  })
})
afterAll(() => server.close())

const HELLO = { type: 'hello', protocol: 1, device: 'refused', schema: 2 }
const signed = (claims: Record<string, unknown>, secret = SECRET, time = '5m') =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime(time)
    .sign(new TextEncoder().encode(secret))

async function answerTo(token: string) {
  const socket = await server.socket()
  socket.send({ ...HELLO, token })
  return { closed: await socket.closed, messages: socket.messages }
}

test('G11: a socket hears the same of every refused token, and the log says which fault it was', async () => {
  const answers = [
    await answerTo(await signed({ sub: 'ana' }, 'some other secret of another server')),
    await answerTo(await signed({ sub: 'ana' }, SECRET, '1 minute ago')),
    await answerTo(await signed({ name: 'Ana' })),
  ]

  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
  expect(answers[0]).toMatchObject({
    closed: 4001,
    messages: [{ code: 'unauthenticated', message: expect.stringContaining("the server's log says") }],
  })
  const log = logged.join('\n')
  expect(log).toContain('signed with another secret or key')
  expect(log).toMatch(/expired 6\d s ago/)
  expect(log).toContain('has no `sub`')
  expect(log).not.toContain(SECRET)
})

test('a live connection that renews with a bad token goes on, and the log says why it was refused', async () => {
  const socket = await server.socket()
  socket.send({ ...HELLO, device: 'renewing', token: await signed({ sub: 'ana' }) })
  await socket.next(({ type }) => type === 'ack')

  socket.send({ type: 'token', token: await signed({ sub: 'ana', aud: 'another-server' }) })
  const answer = await socket.next(({ type }) => type === 'error')
  socket.send({ type: 'ping' })

  await socket.next(({ type }) => type === 'pong')
  expect(answer.code).toBe('unauthenticated')
  expect(logged.join('\n')).toContain('names the audience `"another-server"`')
})

test('an HTTP call without a token leaves no line in the log', async () => {
  const before = logged.length

  const response = await server.sync.fetch(new Request('http://localhost/api/productions'))

  expect([response.status, logged.length]).toEqual([401, before])
})
