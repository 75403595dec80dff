/** Cookies that a real ActiveSupport has signed (rails-cookies.rb wrote them), and what may be made of them. */
import { readFileSync } from 'node:fs'
import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { railsKeys, readRailsCookie } from '../../src/server/authenticate/rails-cookie.ts'
import { readMarshalled } from '../../src/server/authenticate/marshalled-id.ts'
import { railsSession } from '../../src/server/index.ts'

interface Fixture {
  readonly what: string
  readonly value: string | null
  readonly cookie: string
}

const fixtures = JSON.parse(readFileSync(new URL('rails-cookies.json', import.meta.url), 'utf8')) as Record<
  'cookies' | 'refused',
  Fixture[]
> & { readonly secret: string; readonly former: string }
const { secret, former, cookies, refused } = fixtures
const keys = railsKeys([secret, former])
const NOW = Date.UTC(2026, 10, 26)

const read = (cookie: string) => readRailsCookie(keys, 'session_id', cookie, NOW)
const requestWith = (cookie: string) => new Request('http://localhost/cable', { headers: { cookie } })

test('cookies of Rails 6.1, 7 and 8 say what was signed', () => {
  for (const { what, cookie, value } of cookies) expect(read(cookie)?.value, what).toBe(value)
})

test('a permanent cookie tells when it expires', () => {
  const permanent = cookies.find(({ what }) => what === 'Rails 8, permanent') as Fixture

  expect(read(permanent.cookie)?.expiresAtMs).toBe(Date.UTC(2126, 0, 1))
  expect(readRailsCookie(keys, 'session_id', permanent.cookie, Date.UTC(2126, 0, 1))).toBeNull()
})

test('an expired cookie, one of another purpose, and one that holds anything but an id prove nothing', () => {
  for (const { what, cookie } of refused) expect(read(cookie), what).toBeNull()
})

test('a cookie of a secret that is no longer listed proves nothing', () => {
  const [newest] = cookies as [Fixture]
  const older = cookies.find(({ what }) => what.includes('former')) as Fixture

  const rotated = railsKeys(secret)

  expect(readRailsCookie(rotated, 'session_id', newest.cookie, NOW)?.value).toBe('42')
  expect(readRailsCookie(rotated, 'session_id', older.cookie, NOW)).toBeNull()
})

test('no change of a cookie, of one character at any place, goes unseen', () => {
  const { cookie } = cookies[0] as Fixture

  for (let at = 0; at < cookie.length; at++) {
    const other = cookie[at] === 'a' ? 'b' : 'a'
    const changed = cookie.slice(0, at) + other + cookie.slice(at + 1)
    expect(read(changed), changed).toBeNull()
    expect(read(cookie.slice(0, at)), cookie.slice(0, at)).toBeNull()
  }
})

test('malformed cookies are refused and throw nothing', () => {
  const payload = Buffer.from('{"_rails":null}').toString('base64')
  const signed = `${payload}--${createHmac('sha1', keys[0] as Buffer)
    .update(payload)
    .digest('hex')}`
  const strange = ['', '--', 'a--', '--ff', '%E0%A4%A', 'x'.repeat(5_000), `${'-'.repeat(4_000)}`, signed]

  for (const cookie of strange) expect(read(cookie), cookie.slice(0, 40)).toBeNull()
})

test('of Marshal nothing is read that is cut, followed by more, or longer than it says', () => {
  const whole = [
    [4, 8, 0x69, 6],
    [4, 8, 0x69, 1, 200],
    [...Buffer.from('\x04\x08I"\x08abc\x06:\x06ET', 'latin1')],
  ]

  for (const bytes of whole) {
    expect(readMarshalled(Buffer.from(bytes))).not.toBeNull()
    expect(readMarshalled(Buffer.from([...bytes, 0]))).toBeNull()
    for (let end = 0; end < bytes.length; end++)
      expect(readMarshalled(Buffer.from(bytes.slice(0, end)))).toBeNull()
  }
})

test('a Rails session is found by the id in its cookie, whatever else the request carries', async () => {
  const sessions = new Map([['42', { user: { id: 'ana' } }]])
  const authenticate = railsSession({
    secretKeyBase: [secret, former],
    find: (id) => sessions.get(id) ?? null,
    table: 'sessions',
  })
  const [{ cookie }] = cookies as [Fixture]

  const identity = await authenticate(requestWith(`theme=dark; session_id=${cookie}; _app_session=x`))

  expect(identity?.user.id).toBe('ana')
  expect(authenticate.dependsOn).toEqual(['sessions'])
  expect(await authenticate(requestWith(`other=${cookie}`))).toBeNull()
  expect(await authenticate(requestWith(`session_id=${cookie}; session_id=evil`))).toBeNull()
})

test('A2: a Rails session that was deleted, or that has run out, is no longer valid', async () => {
  const sessions = new Map([['42', { user: { id: 'ana' }, expiresAt: new Date(Date.now() + 60_000) }]])
  const authenticate = railsSession({ secretKeyBase: secret, find: (id) => sessions.get(id) ?? null })
  const request = requestWith(`session_id=${cookies[0]?.cookie}`)

  const identity = await authenticate(request)
  const before = await identity?.isStillValid?.()
  sessions.delete('42')

  expect([before, await identity?.isStillValid?.()]).toEqual([true, false])
  expect(identity?.expiresAtMs).toBeGreaterThan(Date.now())
  expect(await authenticate(request)).toBeNull()
})

test('an empty secret is refused with where to find the right one', () => {
  expect(() => railsSession({ secretKeyBase: '', find: () => null })).toThrow(/secret_key_base/)
  expect(() => railsSession({ secretKeyBase: [], find: () => null })).toThrow(/empty/)
})
