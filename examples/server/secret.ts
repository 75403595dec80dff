/**
 * The key that signs sessions and seals cursors: from the environment, or made once and kept in the data folder,
 * so that a restart signs nobody out and ends no cursor.
 */
import { createHmac, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Settings } from './settings.ts'

/** As Syncline says of the secrets that it is given itself. */
const LEAST_BYTES = 32

/** Returns the server's secret; makes and keeps a random one when the environment gives none. */
export function loadSecret({ secret, dataDir }: Settings, log: Logger): string {
  const bytes = Buffer.byteLength(secret ?? '')
  if (secret && bytes < LEAST_BYTES)
    log.warn(
      { bytes },
      `SYNCLINE_SECRET has ${bytes} bytes, which somebody could guess. Set at least ${LEAST_BYTES} random bytes (openssl rand -hex 32).`,
    )
  if (secret) return secret
  const file = join(dataDir, 'secret')
  if (!existsSync(file)) {
    mkdirSync(dataDir, { recursive: true })
    writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' })
  }
  log.info({ file }, 'SYNCLINE_SECRET is not set: using the random secret kept in this file')
  return readFileSync(file, 'utf8').trim()
}

/** A key for one purpose, so that what one key signs is worth nothing where another is expected. */
export function keyFor(purpose: string, secret: string): string {
  return createHmac('sha256', secret).update(purpose).digest('base64url')
}
