import { expect, test } from 'vitest'
import { sessionCookie } from './session-cookie.ts'
import { cookieHeader, cookiesNamed, expiredCookieHeader, signCookie, verifyCookie } from './signed-cookie.ts'

const SECRET = 'a'.repeat(32)
const FORMER = 'b'.repeat(32)
const sessions = new Map([['s1', { user: { id: 'ana' } }]])
const authenticate = sessionCookie({
  secret: [SECRET, FORMER],
  find: (id) => sessions.get(id) ?? null,
  table: 'sessions',
})
const requestWith = (cookie: string) => new Request('http://localhost/sync', { headers: { cookie } })

test('a signed cookie names its session', async () => {
  const identity = await authenticate(
    requestWith(`theme=dark; session=${signCookie('session', 's1', SECRET)}; x=1`),
  )

  expect(identity?.user.id).toBe('ana')
  expect(authenticate.dependsOn).toEqual(['sessions'])
})

test('a cookie of a former secret still counts, one of no secret does not', async () => {
  expect((await authenticate(requestWith(`session=${signCookie('session', 's1', FORMER)}`)))?.user.id).toBe(
    'ana',
  )
  expect(await authenticate(requestWith(`session=${signCookie('session', 's1', 'c'.repeat(32))}`))).toBeNull()
})

test('A2: a session that was deleted is no longer valid, nor one that now belongs to another user', async () => {
  const cookie = `session=${signCookie('session', 's2', SECRET)}`
  sessions.set('s2', { user: { id: 'ben' } })
  const identity = await authenticate(requestWith(cookie))

  const before = await identity?.isStillValid?.()
  sessions.set('s2', { user: { id: 'cleo' } })
  const taken = await identity?.isStillValid?.()
  sessions.delete('s2')

  expect([before, taken, await identity?.isStillValid?.()]).toEqual([true, false, false])
  expect(await authenticate(requestWith(cookie))).toBeNull()
})

test('a refused cookie is explained: another secret, two values, a session that has ended', async () => {
  const signed = signCookie('session', 's1', SECRET)
  const why = (cookie: string) => authenticate.whyNot?.(requestWith(cookie))

  expect(await why(`session=${signCookie('session', 's1', 'c'.repeat(32))}`)).toMatchObject({
    cause: 'cookie',
    message: expect.stringContaining('another secret'),
  })
  expect(await why(`session=evil; session=${signed}`)).toMatchObject({
    cause: 'cookie',
    message: expect.stringContaining('2 values'),
  })
  expect(await why(`session=${signCookie('session', 'gone', SECRET)}`)).toMatchObject({ cause: 'session' })
  expect(await why('theme=dark')).toBeNull()
})

test('a session that has expired is none, whatever `find` returns', async () => {
  const expired = sessionCookie({
    secret: SECRET,
    find: () => ({ user: { id: 'ana' }, expiresAt: new Date(Date.now() - 1) }),
  })

  expect(await expired(requestWith(`session=${signCookie('session', 's1', SECRET)}`))).toBeNull()
})

test('two different cookies of the name count for nothing: one may have been set by a sibling domain', async () => {
  const signed = signCookie('session', 's1', SECRET)

  expect(await authenticate(requestWith(`session=evil; session=${signed}`))).toBeNull()
  expect((await authenticate(requestWith(`session=${signed}; session=${signed}`)))?.user.id).toBe('ana')
})

test('a changed, cut, repurposed or malformed cookie is refused', () => {
  const signed = signCookie('session', 's1', SECRET)
  const [value, signature] = signed.split('.') as [string, string]
  const forged = [
    '',
    '.',
    value,
    `${value}.`,
    `.${signature}`,
    `s2.${signature}`,
    `${value}.${signature.slice(0, -1)}`,
    `${value}.${signature}=`,
    `${value}.${signature}A`,
    `%E0%A4%A.${signature}`,
    signCookie('other', 's1', SECRET),
    `${value}.${Buffer.alloc(32).toString('base64url')}`,
  ]

  expect(verifyCookie('session', signed, SECRET)).toBe('s1')
  for (const cookie of forged) expect(verifyCookie('session', cookie, SECRET), cookie).toBeNull()
})

test('values of any kind come back as they were', () => {
  for (const value of ['', 'a.b.c', 'ünïcode; path=/', 'new\nline', '"quoted"', '%41']) {
    const signed = signCookie('session', value, SECRET)
    expect(signed).toMatch(/^[\w.%~!*'()-]*$/)
    expect(verifyCookie('session', signed, SECRET)).toBe(value)
  }
})

test('the header keeps the cookie from scripts and from other sites', () => {
  const header = cookieHeader('session', 's1', SECRET, { maxAgeSeconds: 60 })

  expect(header).toMatch(/^session=s1\.[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=60$/)
  expect(cookieHeader('session', 's1', SECRET, { isSecure: false })).not.toContain('Secure')
  expect(expiredCookieHeader('session')).toContain('Max-Age=0')
})

test('cookies are found by their whole name', () => {
  expect(cookiesNamed('a', 'aa=1; a=2;a=3; b=a=4; =5; a')).toEqual(['2', '3'])
  expect(cookiesNamed('__proto__', null)).toEqual([])
})
