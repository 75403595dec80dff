/** Refuses an address that names a parameter twice, as a body that repeats a key is refused. */
import { SynclineError } from '../../protocol/errors.ts'

/** Longest name that is repeated in an error. */
const LONGEST_ECHO = 100

/** The parameters of a call that reads them; throws a `SynclineError` that names the first one that stands there twice. */
export function unrepeated(parameters: URLSearchParams): URLSearchParams {
  const seen = new Set<string>()
  for (const name of parameters.keys()) {
    if (seen.has(name)) throw repeated(name.slice(0, LONGEST_ECHO))
    seen.add(name)
  }
  return parameters
}

function repeated(name: string): SynclineError {
  return new SynclineError(
    'invalid_message',
    `The address names \`${name}\` twice. Write it once: programs disagree on which one counts.`,
    { field: name },
  )
}
