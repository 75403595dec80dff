import { expect, test } from 'vitest'
import { proofOf } from './trusted-cookies.ts'

const ALLOWED = new Set(['https://app.example.org', '*'])

interface Case {
  readonly method?: string
  readonly origin?: string
  readonly type?: string
  readonly site?: string
  readonly authorization?: string
  readonly host?: string
}

function keepsCookie({
  method = 'GET',
  origin,
  type,
  site,
  authorization,
  host = 'stage.example.org',
}: Case): boolean {
  const headers = new Headers({ cookie: 'session=x', host })
  if (origin !== undefined) headers.set('origin', origin)
  if (type !== undefined) headers.set('content-type', type)
  if (site !== undefined) headers.set('sec-fetch-site', site)
  if (authorization !== undefined) headers.set('authorization', authorization)
  const request = new Request(`http://${host}/api/productions`, { method, headers })
  return proofOf(request, ALLOWED).headers.has('cookie')
}

const OWN = 'http://stage.example.org'
const JSON_TYPE = 'application/json; charset=utf-8'

const trusted: Case[] = [
  {},
  { site: 'same-origin' },
  { site: 'none' },
  { origin: OWN },
  { origin: 'https://stage.example.org' },
  { origin: 'https://app.example.org' },
  { origin: OWN, method: 'POST', type: JSON_TYPE },
  { origin: 'https://app.example.org', method: 'PUT', type: 'Application/JSON' },
  { origin: OWN, method: 'DELETE' },
  { origin: 'http://localhost:4000', host: 'localhost:4000' },
  { authorization: 'Basic eA==' },
]

const foreign: Case[] = [
  { site: 'cross-site' },
  { site: 'same-site' },
  { method: 'POST', type: JSON_TYPE },
  { method: 'DELETE' },
  ...['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].flatMap((method) =>
    [
      'null',
      '*',
      'https://evil.example',
      'http://stage.example.org.evil.example',
      'http://evil-stage.example.org',
      'http://evil.stage.example.org',
      'http://example.org',
      'http://stage.example.org:8080',
      'http://stage.example.org:80',
      'HTTP://STAGE.EXAMPLE.ORG',
      'http://Stage.example.org',
      'http://stage.example.org/',
      'http://stage.example.org@evil.example',
      'http://user@stage.example.org',
      'file://stage.example.org',
      'stage.example.org',
      'http://app.example.org',
      'https://app.example.org.',
      '',
      ' http://stage.example.org evil',
    ].map((origin) => ({ method, origin, type: JSON_TYPE })),
  ),
  ...[
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'application/jsonx',
    'text/plain; x=application/json',
  ].map((type) => ({ method: 'POST', origin: OWN, type })),
  { method: 'POST', origin: OWN },
  { authorization: 'Bearer worthless' },
  { origin: 'http://localhost:4001', host: 'localhost:4000' },
  { origin: 'http://localhost', host: 'localhost:4000' },
]

for (const request of trusted) {
  test(`a cookie counts: ${JSON.stringify(request)} (G2)`, () => expect(keepsCookie(request)).toBe(true))
}

for (const request of foreign) {
  test(`a cookie counts for nothing: ${JSON.stringify(request)} (G2)`, () =>
    expect(keepsCookie(request)).toBe(false))
}

test('a token is proof whatever page sends it, and its request is read without its body', () => {
  const headers = { authorization: 'Bearer a', origin: 'https://evil.example', cookie: 'session=x' }
  const request = new Request('http://stage.example.org/', { method: 'POST', body: '{}', headers })

  const proof = proofOf(request, ALLOWED)

  expect([proof.headers.get('authorization'), proof.headers.get('cookie')]).toEqual(['Bearer a', null])
  expect(request.bodyUsed).toBe(false)
})
