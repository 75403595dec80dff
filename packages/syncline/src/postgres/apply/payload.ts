/** An op as the shape functions read it. */
import { type WriterSetting, writerSetting } from '../capture/writer-setting.ts'
import type { PreparedOp } from './prepare-op.ts'
import type { ExpectedVersion } from './writer.ts'

/** Who writes, and from where. */
export interface Author {
  readonly userId: string
  /** Undefined for a REST write or one of the application's own. */
  readonly device?: string
  /** Device of a write without a number: it is logged, and has no row that such a write could move. */
  readonly loggedDevice?: string
}

/** The number that is logged with an op of a device; undefined for a device that numbers none. */
export function numberOf({ loggedDevice }: Author, n: number): number | undefined {
  return loggedDevice === undefined ? n : undefined
}

/** The device that is logged with an op, and the op's number there. */
export function loggedWith(author: Author, n: number): { device?: string; op?: number } {
  const device = author.device ?? author.loggedDevice
  const op = numberOf(author, n)
  return device === undefined ? {} : { device, ...(op !== undefined && { op }) }
}

export interface PayloadOptions {
  /** Place of the op in its group, for the answer and for refusals. */
  readonly place: number
  readonly ifVersion?: ExpectedVersion
  readonly idempotencyKey?: string
  readonly request?: string
  /** Whether an answer is wanted when all is well. */
  readonly isAnswered?: boolean
  /** Left out where the statement names all of its ops together. @default true */
  readonly hasSetting?: boolean
}

/** JSON text for `pg_temp.syncline_…(jsonb)`; what is absent is left out. */
export function payloadOf(prepared: PreparedOp, author: Author, options: PayloadOptions): string {
  const { op, fields, ruleValues } = prepared
  return JSON.stringify({
    i: options.place,
    n: numberOf(author, op.n),
    id: op.id,
    f: fields,
    r: ruleValues,
    s: options.hasSetting === false ? undefined : writerSetting(settingOf(prepared, author)),
    a: author.userId,
    d: author.device ?? author.loggedDevice,
    b: atMost(op.base),
    u: op.unlessChanged || undefined,
    v: typeof options.ifVersion === 'number' ? atMost(options.ifVersion) : undefined,
    x: unwanted(options.ifVersion),
    k: options.idempotencyKey,
    h: options.request,
    w: options.isAnswered || undefined,
  })
}

function unwanted(version: ExpectedVersion | undefined): true | readonly number[] | undefined {
  if (version === undefined || typeof version === 'number') return undefined
  return version.not === 'any' || version.not
}

// Versions are int4 in the database; a higher base has seen everything.
const MAX_VERSION = 2_147_483_647

/** A version that an op names, as the database holds it. */
export function atMost(version: number | undefined): number | undefined {
  return version === undefined ? undefined : Math.min(version, MAX_VERSION)
}

/** What the capture trigger logs of the op. */
export function settingOf({ op, shape }: PreparedOp, author: Author): WriterSetting {
  return {
    actor: author.userId,
    model: shape.model.name,
    id: op.id,
    ...loggedWith(author, op.n),
    ...(op.base === undefined ? {} : { base: atMost(op.base) }),
  }
}
