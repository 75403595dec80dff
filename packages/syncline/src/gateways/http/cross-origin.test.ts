import { expect, test } from 'vitest'
import { crossOriginHeaders, preflightAnswer } from './cross-origin.ts'

const listed = new Set(['https://app.example'])
const anybody = new Set(['*'])
interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
}

const requestFrom = (origin: string, { method, headers }: Asked = {}) =>
  new Request('http://localhost/api/productions', { method, headers: { origin, ...headers } })

test('a page of a listed origin reads answers, with its cookies', () => {
  expect(crossOriginHeaders(requestFrom('https://app.example'), listed)).toEqual({
    vary: 'Origin',
    'access-control-allow-origin': 'https://app.example',
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'etag, location, retry-after, link',
  })
})

test('another page reads nothing', () => {
  for (const origin of ['https://evil.example', 'https://app.example.evil.example', 'null', '*']) {
    expect(crossOriginHeaders(requestFrom(origin), listed)).toEqual({ vary: 'Origin' })
  }
})

test('with `*` every page reads answers, never with cookies', () => {
  const headers = crossOriginHeaders(requestFrom('https://evil.example'), anybody)

  expect(headers['access-control-allow-origin']).toBe('*')
  expect(headers).not.toHaveProperty('access-control-allow-credentials')
})

test('a browser that asks first is told what it may send; others are no preflight', () => {
  const ask = { method: 'OPTIONS', headers: { 'access-control-request-method': 'PUT' } }

  const allowed = preflightAnswer(requestFrom('https://app.example', ask), listed)
  const foreign = preflightAnswer(requestFrom('https://evil.example', ask), listed)

  expect(allowed?.status).toBe(204)
  expect(allowed?.headers.get('access-control-allow-methods')).toContain('PUT')
  expect(allowed?.headers.get('access-control-allow-headers')).toContain('idempotency-key')
  expect(foreign?.headers.get('access-control-allow-methods')).toBeNull()
  expect(preflightAnswer(requestFrom('https://app.example', { method: 'OPTIONS' }), listed)).toBeNull()
})
