import { expect, test } from 'vitest'
import { databaseUrl, environmentOrigins, environmentSecret } from './environment.ts'

const PARTS = {
  POSTGRES_HOST: 'db.example',
  POSTGRES_PORT: '6432',
  POSTGRES_DB: 'btp db',
  POSTGRES_USER: 'btp@user',
  POSTGRES_PASSWORD: 'p:a/s?s',
}

test('the parts of a connection are one connection string, whatever letters they have', () => {
  const url = new URL(databaseUrl(PARTS) ?? '')

  expect([url.hostname, url.searchParams.get('port')]).toEqual(['db.example', '6432'])
  expect([url.username, url.password, url.pathname].map(decodeURIComponent)).toEqual([
    'btp@user',
    'p:a/s?s',
    '/btp db',
  ])
})

test('DATABASE_URL counts before the parts, and parts without a host name no server', () => {
  expect(databaseUrl({ ...PARTS, DATABASE_URL: 'postgres://ours/db' })).toBe('postgres://ours/db')
  expect(databaseUrl({ ...PARTS, POSTGRES_HOST: '' })).toBeUndefined()
  expect(databaseUrl({})).toBeUndefined()
})

test('what is left out is as PostgreSQL has it; a folder is that of a socket, an address stands in brackets', () => {
  expect(databaseUrl({ POSTGRES_HOST: 'localhost' })).toBe('postgres://postgres@localhost/postgres?port=5432')
  expect(databaseUrl({ POSTGRES_HOST: '/var/run/postgresql', POSTGRES_USER: 'ana' })).toBe(
    'postgres://ana@/ana?port=5432&host=%2Fvar%2Frun%2Fpostgresql',
  )
  expect(databaseUrl({ POSTGRES_HOST: '::1' })).toContain('@[::1]/')
})

test('JWT_SECRET is another name of SYNCLINE_SECRET, which wins', () => {
  expect(environmentSecret({ JWT_SECRET: 'theirs' })).toEqual({ variable: 'JWT_SECRET', secret: 'theirs' })
  expect(environmentSecret({ JWT_SECRET: 'theirs', SYNCLINE_SECRET: 'ours' })?.secret).toBe('ours')
  expect(environmentSecret({ JWT_SECRET: 'theirs', SYNCLINE_SECRET: '' })?.secret).toBe('theirs')
  expect(environmentSecret({})).toBeUndefined()
})

test('CORS_ORIGIN names origins, or all of them', () => {
  expect(environmentOrigins({ CORS_ORIGIN: 'https://a.example, http://localhost:5173' })).toEqual([
    'https://a.example',
    'http://localhost:5173',
  ])
  expect(environmentOrigins({ CORS_ORIGIN: '*' })).toEqual(['*'])
  expect(environmentOrigins({ CORS_ORIGIN: '' })).toEqual([])
})

test('a value that cannot be meant stops the start, with fact, value and remedy', () => {
  expect(() => databaseUrl({ POSTGRES_HOST: 'db', POSTGRES_PORT: 'five' })).toThrow(
    'The environment’s POSTGRES_PORT is `five`, which is no port. Give a whole number from 1 to 65535',
  )
  expect(() => environmentOrigins({ CORS_ORIGIN: 'https://a.example/' })).toThrow(
    'CORS_ORIGIN names `https://a.example/`, which is no origin. Give origins such as `https://a.example`',
  )
  expect(() => environmentOrigins({ CORS_ORIGIN: 'app.example' })).toThrow('such as `https://app.example`')
})
