import { createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { bearerToken, jwt } from './jwt.ts'

const SECRET = randomBytes(32).toString('base64url')
const OTHER = randomBytes(32).toString('base64url')
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const NOW = Math.floor(Date.now() / 1000)
const CLAIMS = { sub: 'ana', name: 'Ana', aud: 'stage', iss: 'syncline', exp: NOW + 600 }
const HEADER = { alg: 'HS256', typ: 'JWT' }

const base64url = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

function hmacToken(
  claims: unknown,
  { header = HEADER as object, secret = SECRET as string | Buffer, hash = 'sha256' } = {},
) {
  const signed = `${base64url(header)}.${base64url(claims)}`
  return `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`
}

function rsaToken(claims: unknown, key = rsa.privateKey, header: object = { alg: 'RS256', typ: 'JWT' }) {
  const signed = `${base64url(header)}.${base64url(claims)}`
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`
}

const requestWith = (authorization: string) =>
  new Request('http://localhost/sync', { headers: { authorization } })
const bySecret = jwt({ secret: SECRET, audience: 'stage', issuer: 'syncline' })
const byKey = jwt({ keys: rsa.publicKey, audience: 'stage', issuer: 'syncline' })

test('a good token says who it is and until when', async () => {
  const identity = await bySecret(requestWith(`Bearer ${hmacToken(CLAIMS)}`))

  expect(identity).toEqual({ user: { id: 'ana', name: 'Ana' }, expiresAtMs: CLAIMS.exp * 1000 })
})

test('a token signed with a key pair is checked with the public key, also in a key set', async () => {
  const set = { keys: [{ ...rsa.publicKey.export({ format: 'jwk' }), kid: 'a', alg: 'RS256' }] }

  expect((await byKey(requestWith(`Bearer ${rsaToken(CLAIMS)}`)))?.user.id).toBe('ana')
  expect(
    (await jwt({ keys: set as never, audience: 'stage' })(requestWith(`Bearer ${rsaToken(CLAIMS)}`)))?.user
      .id,
  ).toBe('ana')
})

test('a former secret still verifies while it is listed', async () => {
  const rotated = jwt({ secret: [OTHER, SECRET], audience: 'stage' })

  expect((await rotated(requestWith(`Bearer ${hmacToken(CLAIMS)}`)))?.user.id).toBe('ana')
})

test('clocks may differ by a few seconds, not more (E8)', async () => {
  const at = (exp: number) => bySecret(requestWith(`Bearer ${hmacToken({ ...CLAIMS, exp })}`))

  expect((await at(NOW - 2))?.expiresAtMs).toBe((NOW - 2) * 1000)
  expect(await at(NOW - 30)).toBeNull()
})

test('A2: whom the application no longer finds is signed out, although the token has not expired', async () => {
  const sessions = new Map([['s1', { id: 'ana' }]])
  const bySession = jwt({
    secret: SECRET,
    user: ({ sid }) => sessions.get(String(sid)) ?? null,
    table: 'sessions',
  })
  const identity = await bySession(requestWith(`Bearer ${hmacToken({ sid: 's1', exp: NOW + 600 })}`))

  const before = await identity?.isStillValid?.()
  sessions.delete('s1')

  expect([bySession.dependsOn, before, await identity?.isStillValid?.()]).toEqual([['sessions'], true, false])
})

test('keys that cannot be fetched are unavailable, not a refusal', async () => {
  const broken = jwt({ keys: () => Promise.reject(new Error('no route to host')), audience: 'stage' })

  await expect(broken(requestWith(`Bearer ${rsaToken(CLAIMS)}`))).rejects.toThrow('no route to host')
})

const publicPem = rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string
const good = hmacToken(CLAIMS)
const [goodHeader, goodBody, goodSignature] = good.split('.') as [string, string, string]
const embedded = otherRsa.publicKey.export({ format: 'jwk' })

const forged: Record<string, string> = {
  'no algorithm': `${base64url({ alg: 'none', typ: 'JWT' })}.${goodBody}.`,
  'no algorithm, capital': `${base64url({ alg: 'None' })}.${goodBody}.`,
  'no algorithm, all capitals': `${base64url({ alg: 'NONE' })}.${goodBody}.`,
  'no algorithm, good signature': `${base64url({ alg: 'none' })}.${goodBody}.${goodSignature}`,
  'header without algorithm': hmacToken(CLAIMS, { header: { typ: 'JWT' } }),
  'algorithm is an array': hmacToken(CLAIMS, { header: { alg: ['HS256'] } }),
  'algorithm in lower case': hmacToken(CLAIMS, { header: { alg: 'hs256' } }),
  'HS384 with the right secret': hmacToken(CLAIMS, { header: { alg: 'HS384' }, hash: 'sha384' }),
  'HS512 with the right secret': hmacToken(CLAIMS, { header: { alg: 'HS512' }, hash: 'sha512' }),
  'HMAC with the public key in PEM': hmacToken(CLAIMS, { secret: publicPem }),
  'HMAC with the public key in DER': hmacToken(CLAIMS, {
    secret: rsa.publicKey.export({ type: 'spki', format: 'der' }) as Buffer,
  }),
  'HMAC with the modulus': hmacToken(CLAIMS, { secret: rsa.publicKey.export({ format: 'jwk' }).n as string }),
  'HMAC with an empty secret': hmacToken(CLAIMS, { secret: '' }),
  'another secret': hmacToken(CLAIMS, { secret: OTHER }),
  'another key pair': rsaToken(CLAIMS, otherRsa.privateKey),
  'key embedded as jwk': rsaToken(CLAIMS, otherRsa.privateKey, { alg: 'RS256', jwk: embedded }),
  'key at a jku': rsaToken(CLAIMS, otherRsa.privateKey, { alg: 'RS256', jku: 'https://evil.example/keys' }),
  'key at an x5u': rsaToken(CLAIMS, otherRsa.privateKey, { alg: 'RS256', x5u: 'https://evil.example/cert' }),
  'key id that walks': hmacToken(CLAIMS, { header: { ...HEADER, kid: '../../../dev/null' }, secret: '' }),
  'key id with SQL': hmacToken(CLAIMS, { header: { ...HEADER, kid: "x' union select 'k" }, secret: 'k' }),
  'unknown critical extension': hmacToken(CLAIMS, { header: { ...HEADER, crit: ['x'], x: 1 } }),
  'unencoded payload': hmacToken(CLAIMS, { header: { ...HEADER, crit: ['b64'], b64: false } }),
  'body changed': `${goodHeader}.${base64url({ ...CLAIMS, sub: 'ben' })}.${goodSignature}`,
  'signature cut': good.slice(0, -4),
  'signature removed': `${goodHeader}.${goodBody}.`,
  'signature missing': `${goodHeader}.${goodBody}`,
  'signature zero': `${goodHeader}.${goodBody}.${Buffer.alloc(32).toString('base64url')}`,
  'four parts': `${good}.x`,
  'encrypted form': `${goodHeader}.x.y.z.${goodSignature}`,
  'nothing but dots': '..',
  'random text': randomBytes(60).toString('base64url'),
  'repeated claims, forged by hand': `${goodHeader}.${base64url('{"sub":"ben","sub":"ana","exp":9999999999}')}.${goodSignature}`,
  expired: hmacToken({ ...CLAIMS, exp: NOW - 60 }),
  'expiry is text': hmacToken({ ...CLAIMS, exp: '9999999999' }),
  'expiry is null': hmacToken({ ...CLAIMS, exp: null }),
  'without expiry': hmacToken({ ...CLAIMS, exp: undefined }),
  'not yet valid': hmacToken({ ...CLAIMS, nbf: NOW + 300 }),
  'another audience': hmacToken({ ...CLAIMS, aud: 'other' }),
  'no audience': hmacToken({ ...CLAIMS, aud: undefined }),
  'audience that contains ours': hmacToken({ ...CLAIMS, aud: 'stage.evil' }),
  'another issuer': hmacToken({ ...CLAIMS, iss: 'https://evil.example' }),
  'no issuer': hmacToken({ ...CLAIMS, iss: undefined }),
  'token of another type': hmacToken(CLAIMS, { header: { alg: 'HS256', typ: 'dpop+jwt' } }),
  'logout token': hmacToken(CLAIMS, { header: { alg: 'HS256', typ: 'logout+jwt' } }),
  'without subject': hmacToken({ ...CLAIMS, sub: undefined }),
  'subject is a number': hmacToken({ ...CLAIMS, sub: 1 }),
  'subject is empty': hmacToken({ ...CLAIMS, sub: '' }),
  'subject is an object': hmacToken({ ...CLAIMS, sub: { id: 'ana' } }),
  'claims are an array': hmacToken([CLAIMS]),
  'claims are text': hmacToken('"ana"'),
  'longer than any token': hmacToken({ ...CLAIMS, padding: 'x'.repeat(10_000) }),
}

for (const [what, token] of Object.entries(forged)) {
  test(`forged token refused without a word: ${what} (G11)`, async () => {
    expect(await bySecret(requestWith(`Bearer ${token}`))).toBeNull()
    expect(await byKey(requestWith(`Bearer ${token}`))).toBeNull()
  })
}

test('the table has at least 30 forgeries, and its base is a token that works', async () => {
  expect(Object.keys(forged).length).toBeGreaterThanOrEqual(30)
  expect((await bySecret(requestWith(`Bearer ${good}`)))?.user.id).toBe('ana')
})

const causes: Record<string, readonly [token: string, cause: string, value: RegExp]> = {
  'another secret': [hmacToken(CLAIMS, { secret: OTHER }), 'signature', /another secret or key/],
  'body changed': [
    `${goodHeader}.${base64url({ ...CLAIMS, sub: 'ben' })}.${goodSignature}`,
    'signature',
    /was changed/,
  ],
  expired: [hmacToken({ ...CLAIMS, exp: NOW - 60 }), 'expired', /expired 6\d s ago, at 20\d\d-/],
  'without expiry': [hmacToken({ ...CLAIMS, exp: undefined }), 'expiry', /has no `exp`/],
  'expiry is text': [
    hmacToken({ ...CLAIMS, exp: '9999999999' }),
    'expiry',
    /`exp` of the token is no number/,
  ],
  'not yet valid': [hmacToken({ ...CLAIMS, nbf: NOW + 300 }), 'not-yet', /not valid before 20\d\d-/],
  'without subject': [hmacToken({ ...CLAIMS, sub: undefined }), 'subject', /has no `sub`/],
  'subject is a number': [hmacToken({ ...CLAIMS, sub: 1 }), 'subject', /`sub` of the token is `1`/],
  'another audience': [hmacToken({ ...CLAIMS, aud: 'other' }), 'audience', /audience `"other"`/],
  'no audience': [hmacToken({ ...CLAIMS, aud: undefined }), 'audience', /names no audience/],
  'another issuer': [hmacToken({ ...CLAIMS, iss: 'evil' }), 'issuer', /issued by `"evil"`/],
  'another algorithm': [
    hmacToken(CLAIMS, { header: { alg: 'HS512' }, hash: 'sha512' }),
    'algorithm',
    /signed with `"HS512"`/,
  ],
  'token of another type': [
    hmacToken(CLAIMS, { header: { alg: 'HS256', typ: 'logout+jwt' } }),
    'type',
    /of the type `"logout\+jwt"`/,
  ],
  'no token at all': ['undefined', 'unreadable', /three parts .* it has 1\./],
  'longer than any token': [
    hmacToken({ ...CLAIMS, padding: 'x'.repeat(10_000) }),
    'unreadable',
    /longer than 8192 characters/,
  ],
}

for (const [what, [token, cause, value]] of Object.entries(causes)) {
  test(`a refused token is explained: ${what}`, async () => {
    const fault = await bySecret.whyNot?.(requestWith(`Bearer ${token}`))

    expect(fault).toMatchObject({ cause, message: expect.stringMatching(value) })
  })
}

test('the text names neither the secret nor the token, whatever was forged', async () => {
  for (const token of Object.values(forged)) {
    const request = requestWith(`Bearer ${token}`)

    const told = JSON.stringify([await bySecret.whyNot?.(request), await byKey.whyNot?.(request)])

    expect(told).not.toContain(SECRET)
    for (const part of token.split('.').filter(({ length }) => length > 10)) expect(told).not.toContain(part)
  }
})

test('what the server expects stands beside what it was given', async () => {
  const strict = jwt({ secret: SECRET, audience: 'inner-api', issuer: 'https://login.example' })
  const whyOf = (claims: object) => strict.whyNot?.(requestWith(`Bearer ${hmacToken(claims)}`))

  const audience = await whyOf({ ...CLAIMS, iss: 'https://login.example' })
  const issuer = await whyOf({ ...CLAIMS, aud: 'inner-api' })
  const none = await jwt({ secret: SECRET }).whyNot?.(requestWith(`Bearer ${good}`))

  expect(audience?.message).toContain('`"stage"`, and this server is `"inner-api"`')
  expect(issuer?.message).toContain('`"syncline"`, and only `"https://login.example"`')
  expect(none?.message).toContain('Add `audience: "stage"`')
})

test('what a stranger wrote stands on one line, cut short', async () => {
  const token = hmacToken({ ...CLAIMS, aud: `x\nsyncline warn: all is well ${'y'.repeat(500)}` })

  const fault = await bySecret.whyNot?.(requestWith(`Bearer ${token}`))

  expect(fault?.message).not.toContain('\n')
  expect(fault?.message.length).toBeLessThan(300)
})

test('of several secrets, the one that fits says what is wrong', async () => {
  const rotated = jwt({ secret: [SECRET, OTHER] })
  const { aud: _, ...claims } = CLAIMS

  const why = (token: string) => rotated.whyNot?.(requestWith(`Bearer ${token}`))

  expect(await why(hmacToken({ ...claims, exp: NOW - 60 }))).toMatchObject({ cause: 'expired' })
  expect(await why(hmacToken({ ...claims, exp: NOW - 60 }, { secret: OTHER }))).toMatchObject({
    cause: 'expired',
  })
  expect(await why(hmacToken(claims, { secret: 'x'.repeat(32) }))).toMatchObject({ cause: 'signature' })
})

test('a good token of nobody, and a request without one', async () => {
  const emptyHouse = jwt({ secret: SECRET, audience: 'stage', user: () => null })

  expect(await emptyHouse.whyNot?.(requestWith(`Bearer ${good}`))).toMatchObject({ cause: 'unknown-user' })
  expect(await bySecret.whyNot?.(new Request('http://localhost/sync'))).toBeNull()
  expect(await bySecret.whyNot?.(requestWith('Basic YTpi'))).toBeNull()
})

test('a token that names an audience needs somebody who is it', async () => {
  const anybody = jwt({ secret: SECRET })

  expect(await anybody(requestWith(`Bearer ${good}`))).toBeNull()
  expect((await anybody(requestWith(`Bearer ${hmacToken({ ...CLAIMS, aud: undefined })}`)))?.user.id).toBe(
    'ana',
  )
})

test('a token made by jose is understood', async () => {
  const token = await new SignJWT({ sub: 'ben' })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('5m')
    .sign(new TextEncoder().encode(SECRET))

  expect((await jwt({ secret: SECRET })(requestWith(`Bearer ${token}`)))?.user).toEqual({ id: 'ben' })
})

test('options that accept forged tokens are refused when they are made', () => {
  expect(() => jwt({ keys: rsa.publicKey, algorithms: ['RS256', 'HS256'] })).toThrow('anybody could forge it')
  expect(() => jwt({ secret: SECRET, algorithms: ['RS256'] })).toThrow('needs `keys`')
  expect(() => jwt({ secret: '' })).toThrow('empty secret')
  expect(() => jwt({})).toThrow('both are undefined')
  expect(() => jwt({ secret: SECRET, keys: rsa.publicKey } as never)).toThrow('was given both')
  expect(() => jwt({ secret: SECRET, algorithms: ['none'] })).toThrow('`none`')
})

test('only `Bearer` is a bearer token', () => {
  expect(bearerToken('Bearer a.b.c')).toBe('a.b.c')
  expect(bearerToken('bearer  a.b.c ')).toBe('a.b.c')
  for (const other of [
    null,
    '',
    'Basic YTpi',
    'Bearer',
    'Bearer a b',
    'Bearera.b.c',
    `Bearer ${'a'.repeat(9_000)}`,
  ]) {
    expect(bearerToken(other)).toBeNull()
  }
})
