/** Why a write was refused, in the words of a crew. */
import { SynclineError } from 'syncline/client'

const REASONS: Readonly<Record<string, string>> = {
  constraint: 'The database does not take it. A name, for example, must not be empty.',
  forbidden: 'You may read this, but not change it.',
  protected_field: 'You may not change this.',
  deleted: 'It has been deleted meanwhile.',
  not_found: 'It is not there any more, or not yours to see.',
  duplicate_id: 'It is already there.',
}

/** Says why; where there is nothing better, in the words of the error. */
export function reasonOf(error: unknown): string {
  if (error instanceof SynclineError) return reasonFor(error.code) ?? error.message
  return String(error)
}

/** Says why in the page's own words, if it has any. */
export function reasonFor(code: string): string | undefined {
  return REASONS[code]
}
