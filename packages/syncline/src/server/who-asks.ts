/**
 * Who sends a request: each authenticator is asked in turn; when all refuse, the log is told why.
 *
 *   G11   whoever sent the proof hears the same of every one, so that nobody learns from trying
 */
import type { Authenticate, Identity, ProofFault } from './identity.ts'
import type { Logger } from './logger.ts'

/** A cause is told to the log this often, in ms: a stranger who tries ten thousand tokens writes no more lines. */
const TELL_EVERY_MS = 60_000

/** Finds out who asks; null when all refuse. */
export function whoAsks(
  authenticators: readonly Authenticate[],
  log: Logger,
  nowMs: () => number = Date.now,
): (request: Request) => Promise<Identity | null> {
  const told = new Map<string, { readonly atMs: number; untold: number }>()
  const tell = ({ cause, message, isOrdinary }: ProofFault) => {
    const last = told.get(cause)
    if (last && nowMs() - last.atMs < TELL_EVERY_MS) return void last.untold++
    told.set(cause, { atMs: nowMs(), untold: 0 })
    const more = last && last.untold > 0 ? { alikeSinceLastTold: last.untold } : {}
    log[isOrdinary ? 'info' : 'warn']({ cause, ...more }, `A proof was refused. ${message}`)
  }
  return async (request) => {
    for (const ask of authenticators) {
      const identity = await ask(request)
      if (identity) return identity
    }
    for (const { whyNot } of authenticators) {
      const fault = await whyNot?.(request)
      if (!fault) continue
      tell(fault)
      break
    }
    return null
  }
}
