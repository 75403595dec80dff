/** The seam between accepting ops (server) and committing them (apply). */
import type { User } from '../../protocol/user.ts'
import type { CompiledSchema } from '../../schema/model.ts'
import type { Connection, Database } from '../database.ts'
import type { Rules } from '../rules.ts'
import { GroupWriter } from './group-writer.ts'
import type { WriterOptions } from './writer-options.ts'

type OpAction = 'create' | 'update' | 'delete' | 'call'

/** An op whose envelope is sound. Whatever is wrong inside it stands in `fault` and becomes a rejection. */
export interface AcceptedOp {
  readonly n: number
  readonly key?: string
  readonly tx?: number
  readonly model: string
  readonly id: string
  /** The id as its author spelled it, when the database has it otherwise: what answers say. */
  readonly shownId?: string
  readonly action: OpAction
  /** Validated wire values by camelCase field. */
  readonly fields?: Readonly<Record<string, unknown>>
  readonly name?: string
  readonly args?: unknown
  readonly base?: number
  readonly unlessChanged?: boolean
  readonly at?: string
  readonly fault?: { readonly code: string; readonly message: string; readonly field?: string }
}

export interface Push {
  readonly device: string
  readonly user: User
  readonly ops: readonly AcceptedOp[]
  /** Key of the op before the first. */
  readonly after?: string
  /** Rejections read up to this op number. */
  readonly read?: number
}

export interface Rejection {
  readonly n: number
  readonly code: string
  readonly message: string
  readonly model: string
  readonly id: string
  readonly field?: string
  readonly tx?: number
}

export interface Conflict {
  readonly id: string
  readonly model: string
  readonly record: string
  readonly field: string
  readonly mine: unknown
  readonly theirs: unknown
  readonly base?: number
  readonly by: string | null
  readonly at: string
  readonly version: number
  readonly outcome: 'won' | 'lost' | 'open'
}

/** An entry as it is kept. */
export interface KeptConflict extends Conflict {
  /** Whether it says what an op of its user met; else what another's op did to a value of theirs. */
  readonly isOwn: boolean
}

export interface PushOutcome {
  readonly lastOp: number
  readonly lastKey?: string
  /** Every rejection of this device that it has not read yet, oldest first. */
  readonly rejected: readonly Rejection[]
  /** As they are kept: whoever hands them on asks first what their user may read of them (`server/conflicts`). */
  readonly conflicts: readonly KeptConflict[]
  /** The next op number the device must send, when the push left a gap or was a fork; nothing was changed. */
  readonly gap?: number
  /** A refusal of the whole push (`device_taken`, `device_copied`, `split_transaction`, `unavailable`); nothing was changed. */
  readonly refused?: { readonly code: string; readonly message: string; readonly retryAfterMs?: number }
  /** Transactions that committed its changes; the ack goes out when the tail has passed them all. */
  readonly xids: readonly string[]
}

/** The version that a record must have to be written, or those of which it must have none: `any` refuses every one. */
export type ExpectedVersion = number | { readonly not: readonly number[] | 'any' }

/** A write without a numbered device: REST and the application's own calls. */
export interface SingleWrite {
  readonly user: User
  readonly op: Omit<AcceptedOp, 'n'>
  /** Logged with the changes: a device that numbers no ops. */
  readonly device?: string
  /** 412 unless the record's version is as it says when the record is held. */
  readonly ifVersion?: ExpectedVersion
  /** Makes a repeat by the same user answer as the first time did. */
  readonly idempotencyKey?: string
  /** What is asked for, or its hash: a repeat of the key that asks for something else is refused. */
  readonly request?: string
}

export type SingleOutcome =
  | {
      readonly ok: true
      readonly version: number
      /** The record's id: the database's own choice when a create named none. */
      readonly id?: string
      readonly repeated: boolean
      readonly xids: readonly string[]
    }
  | {
      readonly ok: false
      readonly code: string
      readonly message: string
      readonly field?: string
      readonly version?: number
    }

/** Commits ops in groups; one per process. */
export interface Writer {
  push(push: Push): Promise<PushOutcome>
  write(write: SingleWrite): Promise<SingleOutcome>
  /**
   * What `welcome` says of a device, and what it has not read yet; as `at` sees it, when a connection is given. Refuses
   * a device of another user.
   */
  device(device: string, user: User, at?: Pick<Connection, 'query'>): Promise<PushOutcome>
  /** Closes a conflict of this user (`resolve`); false when there is no such open one. */
  seen(conflict: string, user: User): Promise<boolean>
  /** Forgets what it remembers of devices: the database has another past than before. */
  forgetDevices(): void
  /** Finishes what was accepted, then closes its connections. */
  close(): Promise<void>
}

/**
 * Opens the writer of this process. The database must have been migrated. Throws when it cannot be reached.
 */
export async function createWriter(
  database: Database,
  schema: CompiledSchema,
  rules: Rules,
  options: WriterOptions = {},
): Promise<Writer> {
  const writer = new GroupWriter(database, schema, rules, options)
  await writer.open()
  return writer
}
