/** A page of a foreign origin hears what to change, on every wire, and nothing of whoever visits it. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cookieHeader, jwt, sessionCookie } from '../../src/server/index.ts'
import { silentLogger } from '../../src/server/logger.ts'
import { startStageServer, type StageServer } from './stage-server.ts'

const SECRET = 'the secret that sessions are signed with'
const EVIL = 'https://evil.example'
const logged: string[] = []
let server: StageServer
beforeAll(async () => {
  server = await startStageServer({
    authenticate: [
      jwt({ secret: SECRET }),
      sessionCookie({ secret: SECRET, find: (id) => (id === 's-ana' ? { user: { id: 'ana' } } : null) }),
    ],
    logger: { ...silentLogger, warn: (_, message) => void logged.push(message) },
  })
})
afterAll(() => server.close())

const cookieOf = (session: string) =>
  cookieHeader('session', session, SECRET, { isSecure: false }).split(';')[0] as string
/** With a session, with one that ended, with nothing. */
const visits: Record<string, string>[] = [{ cookie: cookieOf('s-ana') }, { cookie: cookieOf('s-gone') }, {}]

async function answerOnSocket(headers: Record<string, string>, token?: string) {
  const socket = await server.socket(undefined, { headers })
  socket.send({ type: 'hello', protocol: 1, device: 'foreign', schema: 2, ...(token && { token }) })
  return { closed: await socket.closed, messages: socket.messages }
}

async function answerToCall(headers: Record<string, string>) {
  const response = await server.sync.fetch(new Request('http://localhost/api/productions', { headers }))
  return {
    status: response.status,
    body: (await response.json()) as { error?: { code: string; message: string } },
  }
}

test('A3: a call of a foreign page is `foreign_origin`, with a valid cookie, a worthless one, or none', async () => {
  const answers = await Promise.all(visits.map((visit) => answerToCall({ ...visit, origin: EVIL })))

  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
  expect(answers[0]).toMatchObject({ status: 403, body: { error: { code: 'foreign_origin' } } })
  expect(answers[0]?.body.error?.message).toBe(
    `The page is of the origin \`${EVIL}\`, which is neither this server's nor among its \`origins\`, so a cookie does not authenticate it. Add it to \`origins\`, or send a token.`,
  )
})

test('A3: a socket of a foreign page ends with 4004 and is not to come again, whatever its cookie', async () => {
  const answers = await Promise.all(visits.map((visit) => answerOnSocket({ ...visit, origin: EVIL })))

  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
  expect(answers[0]).toMatchObject({
    closed: 4004,
    messages: [
      { type: 'error', code: 'foreign_origin', message: expect.stringContaining(EVIL) },
      { type: 'bye', code: 'foreign_origin', reconnect: false },
    ],
  })
})

test('a program that sends a cookie and names no origin hears that it needs a token', async () => {
  const answer = await answerOnSocket({ cookie: cookieOf('s-ana') })

  expect(answer).toMatchObject({
    closed: 4004,
    messages: [{ code: 'foreign_origin', message: expect.stringContaining('names no origin') }, {}],
  })
})

test('a refused token stays `unauthenticated`, whatever the origin; its own page without a cookie too', async () => {
  const own = `http://127.0.0.1:${server.port}`

  const call = await answerToCall({ origin: EVIL, authorization: 'Bearer x' })
  const socket = await answerOnSocket({ origin: EVIL }, 'x')
  const signedOut = await answerOnSocket({ origin: own })

  expect(call.body.error?.code).toBe('unauthenticated')
  expect([socket.closed, signedOut.closed]).toEqual([4001, 4001])
})

test('the log tells once of each origin, and not without end', async () => {
  logged.length = 0

  for (let count = 0; count < 3; count++) await answerToCall({ origin: 'https://second.example' })
  const ofOne = logged.length
  for (let count = 0; count < 200; count++) await answerToCall({ origin: `https://${count}.example` })

  expect(ofOne).toBe(1)
  expect(logged[0]).toContain('https://second.example')
  expect(logged.length).toBeLessThanOrEqual(100)
})
