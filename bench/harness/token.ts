/** Signs tokens as an application would: HS256, with subject, name and expiry. */
import { createHmac } from 'node:crypto'

/** Secret of the benchmark's own server. */
export const TOKEN_SECRET = 'the secret of a benchmark that ends with its server'

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token that is good for an hour. */
export function tokenFor(user: string): string {
  const expiresAt = Math.floor(Date.now() / 1000) + 3600
  const content = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ sub: user, name: user, exp: expiresAt })}`
  return `${content}.${createHmac('sha256', TOKEN_SECRET).update(content).digest('base64url')}`
}
