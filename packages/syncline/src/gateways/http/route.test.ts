import { expect, test } from 'vitest'
import { isOurs, routeOf } from './route.ts'

const PATHS = { basePath: '/sync', apiPath: '/api' }
const callOf = (method: string, path: string) => routeOf(method, path, PATHS)

test('calls are found by method and path', () => {
  const calls: [string, string, string][] = [
    ['POST', '/sync/push', 'push'],
    ['POST', '/sync/pull', 'pull'],
    ['GET', '/sync/pull', 'pullOne'],
    ['GET', '/sync/activity', 'activity'],
    ['GET', '/sync/health', 'health'],
    ['GET', '/health', 'health'],
    ['HEAD', '/health', 'health'],
    ['GET', '/sync/metrics', 'metrics'],
    ['GET', '/sync/position', 'position'],
    ['POST', '/sync/position', 'wrongMethod'],
    ['GET', '/api/productions', 'records'],
    ['DELETE', '/api/productions/1/cameras/2', 'records'],
    ['GET', '/sync/push', 'wrongMethod'],
    ['DELETE', '/api/productions', 'wrongMethod'],
    ['POST', '/api/productions/1', 'wrongMethod'],
  ]
  for (const [method, path, call] of calls) expect(callOf(method, path).call, `${method} ${path}`).toBe(call)
})

test('what is no call is unknown, however it is spelled', () => {
  const paths = [
    '/',
    '/sync',
    '/sync/',
    '/sync/constructor',
    '/sync/__proto__',
    '/api',
    '/api/',
    '/api//1',
    '/api/a/',
    '/api/a/b/c/d/e',
    '/apix/a',
    '/api/%E0%A4%A',
    '/SYNC/push',
  ]

  for (const path of paths) expect(callOf('GET', path).call, path).toBe('unknown')
})

test('segments come without their percent-encoding, and PATCH is what PUT is', () => {
  expect(callOf('PATCH', '/api/productions/a%20b%2Fc')).toEqual({
    call: 'records',
    method: 'PUT',
    segments: ['productions', 'a b/c'],
  })
})

test('a server knows which paths to hand over', () => {
  expect(['/health', '/sync/x', '/api/x', '/sync'].every((path) => isOurs(path, PATHS))).toBe(true)
  expect(['/', '/session', '/healthy', '/synchronous', '/apis/x'].some((path) => isOurs(path, PATHS))).toBe(
    false,
  )
})
