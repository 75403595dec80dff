/** What an error of the database means for the op that met it. */
import { SynclineError } from '../../protocol/errors.ts'
import type { Model } from '../../schema/model.ts'
import { FAILED_OP, KEY_USED, REFUSED_OP, STALE_DEVICE } from './apply-function.ts'
import { noIdMade, notFilled, type Refusal, refusal } from './refusal.ts'
import type { AcceptedOp } from './writer.ts'

/** The parts of a driver's error that PostgreSQL fills. */
interface ServerError {
  readonly code: string
  readonly message: string
  readonly detail?: string
  readonly column?: string
  readonly table?: string
}

export type Meaning =
  /** The op can never be applied as it is. */
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** Somebody holds a lock, or two transactions met: later it may pass. */
  | { readonly kind: 'busy' }
  /** The device row is not where this process believed it. */
  | { readonly kind: 'stale'; readonly device: string }
  /** The idempotency key has an answer already. */
  | { readonly kind: 'repeated' }
  /** Nothing about the op: the connection, the server, or the application's own SQL. */
  | { readonly kind: 'unavailable' }

/** Which op failed a group, when the function said so; `isBusy` when it met a lock. */
export function failedPlace(
  error: unknown,
): { readonly place: number; readonly isBusy: boolean } | undefined {
  if (!isServerError(error) || (error.code !== REFUSED_OP && error.code !== FAILED_OP)) return undefined
  const { i, state } = JSON.parse(error.detail ?? '{}') as { i: number; state?: string }
  return { place: i, isBusy: state !== undefined && BUSY.has(state) }
}

export function meaningOf(error: unknown, op?: AcceptedOp, model?: Model): Meaning {
  if (error instanceof SynclineError) return meaningOfOwn(error)
  if (!isServerError(error)) return { kind: 'unavailable' }
  if (error.code === STALE_DEVICE) return { kind: 'stale', device: error.detail ?? '' }
  if (error.code === KEY_USED) return { kind: 'repeated' }
  if (BUSY.has(error.code)) return { kind: 'busy' }
  if (error.code !== '42501' && error.code !== '428C9' && UNAVAILABLE.has(error.code.slice(0, 2)))
    return { kind: 'unavailable' }
  return { kind: 'refused', refusal: refusalOf(error, op ?? NO_OP, model) }
}

// 55P03 lock_not_available, 40001 serialization_failure, 40P01 deadlock_detected.
const BUSY: ReadonlySet<string> = new Set(['55P03', '40001', '40P01'])

// Connection, transaction state, login, resources, operator intervention, system, internal; and class 42: SQL that does not
// fit the database, which is the application's rules or a drifted schema and no fault of the op.
const UNAVAILABLE: ReadonlySet<string> = new Set([
  '08',
  '25',
  '26',
  '28',
  '34',
  '3B',
  '3D',
  '3F',
  '40',
  '42',
  '53',
  '55',
  '57',
  '58',
  'F0',
  'XX',
])

const NO_OP: AcceptedOp = { n: 0, model: '', id: '', action: 'update' }

function refusalOf(error: ServerError, op: AcceptedOp, model?: Model): Refusal {
  if (error.code === REFUSED_OP) return ownRefusal(error, op)
  if (error.code === '42501') return refusal('forbidden', op)
  if (error.code === 'P0001') return { code: 'constraint', message: error.message }
  // 23502 not_null_violation
  if (error.code === '23502' && model && isOfTable(model, error)) {
    if (op.id === '' && error.column === model.idColumn) return noIdMade(model)
    if (op.action === 'create' && isLeftOut(error, op, model)) return notFilled(model, op, error.column)
  }
  const field = fieldOf(error, model)
  const isData = error.code.startsWith('22') || error.code.startsWith('54')
  return refusal(isData ? 'invalid_value' : 'constraint', op, field === undefined ? {} : { field })
}

/** A trigger of the application may write other tables, whose columns have the same names. */
function isOfTable({ table }: Model, error: ServerError): error is ServerError & { column: string } {
  return error.column !== undefined && error.table === table.split('.').at(-1)
}

/** Whether the op named no value for the column that stayed empty. */
function isLeftOut(error: ServerError, { fields = {} }: AcceptedOp, model: Model): boolean {
  const field = fieldOf(error, model)
  return field === undefined || !Object.hasOwn(fields, field)
}

function ownRefusal(error: ServerError, op: AcceptedOp): Refusal {
  const { code, field, version, by, at } = JSON.parse(error.detail ?? '{}') as {
    code: Refusal['code']
    field?: string
    version?: number
    by?: string | null
    at?: string
  }
  if (code === 'deleted') {
    return refusal(code, op, { deletion: { by: by ?? null, at: at ?? '', version: version ?? 0 } })
  }
  return refusal(code, op, {
    ...(field === undefined ? {} : { field }),
    ...(version === undefined ? {} : { version }),
  })
}

function fieldOf(error: ServerError, model?: Model): string | undefined {
  if (error.column === undefined || !model) return undefined
  return Object.values(model.fields).find((field) => field.column === error.column)?.name
}

/** Whether the connection went, or the server is going: what was sent may or may not have been done. */
export function isConnectionLoss(error: unknown): boolean {
  return !isServerError(error) || error.code.startsWith('57P0') || error.code.startsWith('08')
}

export function isUniqueViolation(error: unknown): boolean {
  return isServerError(error) && error.code === '23505'
}

/** A server function refuses its op with any code; only what passes by itself is tried again. */
function meaningOfOwn({ code, message, field }: SynclineError): Meaning {
  if (code === 'unavailable' || code === 'rate_limited') return { kind: 'unavailable' }
  return { kind: 'refused', refusal: { code, message, ...(field === undefined ? {} : { field }) } }
}

/** Whether PostgreSQL itself said so. */
export function isServerError(error: unknown): error is ServerError & Error {
  // A socket's error has a code too: `ECONNRESET`, and `EPIPE`, which is as long as an SQLSTATE.
  return (
    error instanceof Error && /^(?!E[A-Z]{4}$)[0-9A-Z]{5}$/.test(String((error as { code?: unknown }).code))
  )
}
