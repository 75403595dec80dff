/** One rule for every secret: an empty one is refused, and of a short one the log warns. */
import { expect, test } from 'vitest'
import { createInertia } from '../inertia/create-inertia.ts'
import { jwt } from '../server/authenticate/jwt.ts'
import { railsSession } from '../server/authenticate/rails-session.ts'
import { sessionCookie } from '../server/authenticate/session-cookie.ts'
import { signCookie } from '../server/authenticate/signed-cookie.ts'
import type { Authenticate } from '../server/identity.ts'
import { silentLogger } from '../server/logger.ts'
import { readSecrets } from './read-secrets.ts'

const LONG = 'ä'.repeat(16)
const find = () => null
const document = () => ''

function warningsOf(
  secret: string | readonly string[] | undefined,
  authenticate: readonly Authenticate[] = [],
  environment: Record<string, string> = {},
) {
  const warnings: string[] = []
  const log = { warn: (_: object, text: string) => void warnings.push(text) }
  const secrets = readSecrets(secret, environment, authenticate, log)
  return { secrets, warnings }
}

test('an empty secret is refused wherever one is given', () => {
  for (const secret of ['', ' ', [], [LONG, '']]) {
    expect(() => warningsOf(secret), 'createSync').toThrow(
      '`secret` is empty. Give at least 32 random bytes (openssl rand -hex 32) as createSync({ secret })',
    )
    expect(() => jwt({ secret }), 'jwt').toThrow('empty secret')
    expect(() => sessionCookie({ secret, find }), 'sessionCookie').toThrow('empty secret')
    expect(() => railsSession({ secretKeyBase: secret, find }), 'railsSession').toThrow('empty')
    expect(() => createInertia({ secret, document }), 'createInertia').toThrow('empty secret')
    expect(() => signCookie('session', '1', secret), 'signCookie').toThrow('is empty')
  }
  expect(() => warningsOf(undefined)).toThrow('`secret` is missing')
})

test('a secret below 32 bytes works, and the log warns of each place that was given one', () => {
  const authenticate = [
    jwt({ secret: 'a' }),
    sessionCookie({ secret: [LONG, 'short'], find }),
    railsSession({ secretKeyBase: 'rails', find }),
  ]
  const inertia: string[] = []
  const logger = { ...silentLogger, warn: (_: object, text: string) => void inertia.push(text) }

  const { secrets, warnings } = warningsOf(undefined, authenticate, { JWT_SECRET: 'sixteen letters!' })
  createInertia({ secret: 'forms', document, logger })

  expect(secrets).toEqual(['sixteen letters!'])
  const rest = 'bytes, which somebody could guess. Give at least 32 random bytes (openssl rand -hex 32).'
  expect([...warnings, ...inertia]).toEqual([
    `JWT_SECRET has 16 ${rest}`,
    `\`secret\` of jwt() has 1 ${rest}`,
    `\`secret\` of sessionCookie() has 5 ${rest}`,
    `\`secretKeyBase\` of railsSession() has 5 ${rest}`,
    `\`secret\` of createInertia() has 5 ${rest}`,
  ])
})

test('32 bytes are long enough, however many letters they are', () => {
  const authenticate = [jwt({ secret: LONG }), sessionCookie({ secret: LONG, find })]

  expect(warningsOf(LONG, authenticate).warnings).toEqual([])
})
