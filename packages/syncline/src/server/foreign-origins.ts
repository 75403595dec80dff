/**
 * What a page of a foreign origin hears when it proves nothing by a token.
 *
 *   A3   it hears so whether or not a cookie came along, and nobody looks at the cookie: it learns nothing of the
 *        user who visits it
 */
import { SynclineError } from '../protocol/errors.ts'
import type { Logger } from './logger.ts'

/** Origins that the log names; strangers can invent any number. */
const MOST_TOLD = 100
const LONGEST_SHOWN = 200

export class ForeignOrigins {
  readonly #log: Logger
  readonly #told = new Set<string>()

  constructor(log: Logger) {
    this.#log = log
  }

  /** The refusal; the log is told once of each origin. */
  refusal(origin: string | null | undefined): SynclineError {
    const shown = origin?.slice(0, LONGEST_SHOWN)
    const message = textFor(shown)
    if (this.#told.size < MOST_TOLD && !this.#told.has(shown ?? '')) {
      this.#told.add(shown ?? '')
      this.#log.warn({ origin: shown ?? null }, `A request was refused. ${message}`)
    }
    return new SynclineError('foreign_origin', message)
  }
}

function textFor(origin: string | undefined): string {
  if (origin === undefined)
    return 'The request names no origin, so a cookie does not authenticate it: it is not one of a page of an allowed origin. Send a token.'
  const remedy =
    origin === 'null'
      ? 'Serve the page from an origin of its own and add that to `origins`, or send a token.'
      : 'Add it to `origins`, or send a token.'
  return `The page is of the origin \`${origin}\`, which is neither this server's nor among its \`origins\`, so a cookie does not authenticate it. ${remedy}`
}
