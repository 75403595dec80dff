/** Why something was refused or cannot be had, in the words of a crew. What developers need to know stands in the log. */
import { SynclineError } from 'syncline/client'
import { rangeOf } from '../../schema/ranges.ts'
import { spanOf } from '../fields/whole-number.ts'

const LOAD_AGAIN = 'The page and the server do not understand each other. Load the page again.'
const SIGN_IN_AGAIN = 'You are signed out. Sign in again.'
const BY_ITSELF = 'The server does not answer now. It is asked again by itself.'

const REASONS: Readonly<Record<SynclineError['code'], string>> = {
  constraint: 'The database does not take it. A name must not be empty, and numbers must stay within bounds.',
  forbidden: 'You may read this, but not change it.',
  protected_field: 'You may not change this.',
  deleted: 'It has been deleted meanwhile.',
  not_found: 'It is not there any more, or not yours to see.',
  duplicate_id: 'It is already there.',
  invalid_value: 'That does not fit here. Write something else.',
  changed: 'Somebody has changed it meanwhile. Look at it, and decide again.',
  aborted: 'Another part of the same change was refused, so that nothing of it was saved.',
  too_large: 'That is more than fits. Write less.',
  unauthenticated: SIGN_IN_AGAIN,
  token_expired: SIGN_IN_AGAIN,
  session_ended: SIGN_IN_AGAIN,
  device_taken: 'Somebody else has signed in in this browser.',
  device_copied:
    'This browser is a copy of another. Look at what you wrote, and write again what is missing.',
  schema_too_old: 'This page is older than the server. Load it again.',
  rate_limited: 'That was too much at once. Wait a moment, and try again.',
  too_many_channels: 'Too many productions are open in this window. Close some of them.',
  too_many_connections: 'You have too many windows open. Close one.',
  disabled: 'Live changes are turned off on this server.',
  slow_consumer: BY_ITSELF,
  timeout: BY_ITSELF,
  restart: BY_ITSELF,
  unavailable: BY_ITSELF,
  out_of_order: BY_ITSELF,
  foreign_origin: 'This address is not one that the server trusts. Open the page where you always do.',
  hello_first: LOAD_AGAIN,
  invalid_message: LOAD_AGAIN,
  unknown_field: LOAD_AGAIN,
  split_transaction: LOAD_AGAIN,
}

/** What is known of a refusal. */
interface Refusal {
  readonly code: string
  readonly field?: string | undefined
}

/** What was written. */
export interface Written {
  readonly model: string
  readonly fields?: Readonly<Record<string, unknown>> | undefined
}

/** Says why a write was refused, or why something cannot be had. */
export function reasonOf(error: unknown, written?: Written): string {
  // Without a number the write was not taken at all, for there is no session any more.
  if (error instanceof SynclineError && error.code === 'aborted' && error.n === undefined)
    return SIGN_IN_AGAIN
  return reasonFor(error instanceof SynclineError ? error : { code: '' }, written)
}

/** Says why, from the code and the field. */
export function reasonFor({ code, field }: Refusal, written?: Written): string {
  const range = written && rangeOf(written.model, field ?? onlyField(written) ?? '')
  if (range && (code === 'invalid_value' || code === 'constraint')) {
    return `It is a whole number ${spanOf(range)}.`
  }
  const known: Readonly<Record<string, string>> = REASONS
  return known[code] ?? 'Something went wrong. Load the page again, and try once more.'
}

/** A constraint of the database does not say which field it is about. */
function onlyField({ fields = {} }: Written): string | undefined {
  const [first, ...others] = Object.keys(fields)
  return others.length === 0 ? first : undefined
}
