/** What `createWriter` may be told. */
import type { EndQuiet, ReadAlong } from '../log/tail.ts'
import type { ServerFunction } from './call.ts'

export interface WriterOptions {
  /** Custom writes by name, for `call` ops. @default none */
  readonly functions?: Readonly<Record<string, ServerFunction>>
  /** Longest that a function may take, in ms; then its op is refused. @default 30_000 */
  readonly callTimeoutMs?: number
  /** Longest wait of a group for a row that somebody holds, in ms; then its device waits alone. @default 50 */
  readonly lockTimeoutMs?: number
  /** Longest that a push waits for a held row or a lost database before it is told to come again, in ms. @default 10_000 */
  readonly patienceMs?: number
  /** Most ops of a push, hence of a transaction. @default 1_000 */
  readonly opsPerPush?: number
  /** Connections of the slow lane. @default 4 */
  readonly slowLanes?: number
  /** How long answers to idempotency keys are kept, in ms. @default 86_400_000 (a day) */
  readonly idempotencyRetentionMs?: number
  /** The tail's next read, which a lone op takes along in its own round trip. @default the tail reads for itself */
  readonly readAlong?: () => ReadAlong | undefined
  /** `Tail.beginQuiet` of this process's tail. @default every transaction notifies whoever sleeps */
  readonly beginQuiet?: () => EndQuiet | undefined
  /** Receives errors that no op is to blame for: the connection, an access rule that PostgreSQL refuses, a function that failed. @default nothing */
  readonly onError?: (error: unknown) => void
}

export type Settings = Required<WriterOptions>

export function withDefaults(options: WriterOptions): Settings {
  return {
    functions: options.functions ?? {},
    callTimeoutMs: options.callTimeoutMs ?? 30_000,
    lockTimeoutMs: options.lockTimeoutMs ?? 50,
    patienceMs: options.patienceMs ?? 10_000,
    opsPerPush: options.opsPerPush ?? 1_000,
    slowLanes: options.slowLanes ?? 4,
    idempotencyRetentionMs: options.idempotencyRetentionMs ?? 86_400_000,
    readAlong: options.readAlong ?? (() => undefined),
    beginQuiet: options.beginQuiet ?? (() => undefined),
    onError: options.onError ?? (() => {}),
  }
}
