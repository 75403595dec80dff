/** What the platform's errors mean for the page, and the errors of this storage's own. */
import type { StorageProblem } from '../health.ts'

type OwnName = 'StorageTakenError' | 'StorageLostError' | 'StorageSilentError' | 'StorageDamagedError'

/** Told apart by name, as the platform's errors are. */
export class StorageError extends Error {
  constructor(name: OwnName, message: string) {
    super(message)
    this.name = name
  }
}

/** What was read is not what this storage writes. */
export function damaged(what: string): StorageError {
  return new StorageError('StorageDamagedError', `${what} is damaged.`)
}

/** The fact, the error as the platform tells it, and what the page does about it. */
export function problemOf(error: unknown): StorageProblem {
  const { name, message } = nameOf(error)
  const [code, fact] = FACTS.get(name) ?? UNKNOWN
  return {
    code,
    message: `${fact} (${name}: ${message}). The page works on from memory, and sends what it writes; what is not sent is lost with the page.`,
  }
}

/** The connection is no use any more; another may be. */
export function isConnectionLost(error: unknown): boolean {
  return LOST.has(nameOf(error).name)
}

/** What was read is not what this storage writes. */
export function isDamage(error: unknown): boolean {
  return error instanceof SyntaxError || nameOf(error).name === 'StorageDamagedError'
}

type Fact = readonly [code: StorageProblem['code'], fact: string]

const UNKNOWN: Fact = ['storage_failed', 'The storage of this device failed']
const REFUSED: Fact = ['storage_refused', 'This browser allows the site no storage']
const GONE: Fact = ['storage_lost', 'The storage of this device is gone']

const CLOSED: Fact = ['storage_lost', 'The storage of this device was closed']

const FACTS = new Map<string, Fact>([
  ['QuotaExceededError', ['storage_full', 'The space for this site on this device is used up']],
  ['SecurityError', REFUSED],
  ['NotAllowedError', REFUSED],
  ['InvalidStateError', CLOSED],
  ['AbortError', CLOSED],
  ['NotFoundError', GONE],
  ['StorageLostError', GONE],
  ['VersionError', ['storage_taken', 'A newer version of this page has taken the storage. Reload to get it']],
  ['StorageTakenError', ['storage_taken', 'Another page has taken the storage. Reload this one']],
  ['StorageSilentError', ['storage_failed', 'The storage of this device does not answer']],
])

const LOST = new Set(['InvalidStateError', 'AbortError', 'UnknownError', 'StorageSilentError'])

function nameOf(error: unknown): { readonly name: string; readonly message: string } {
  if (typeof error !== 'object' || error === null) return { name: 'Error', message: String(error) }
  const { name, message } = error as { name?: unknown; message?: unknown }
  return { name: String(name ?? 'Error'), message: String(message ?? '') }
}
