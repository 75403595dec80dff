/**
 * Custom writes: named functions of the application that run in the op's transaction.
 *
 *   W3 nothing lost   one that fails, or does not end in time, refuses its op, and the application hears why
 *   W4 no blockage    what it sends after its end is refused: the connection serves others then
 */
import { SynclineError } from '../../protocol/errors.ts'
import type { User } from '../../protocol/user.ts'
import { writerSetting } from '../capture/writer-setting.ts'
import type { Connection } from '../database.ts'
import { type Author, loggedWith } from './payload.ts'
import { isServerError } from './sql-error.ts'
import type { AcceptedOp } from './writer.ts'

/** What a server function is given. It may throw a `SynclineError` to refuse the op, and must not end the transaction. */
interface CallContext {
  readonly user: User
  readonly model: string
  readonly id: string
  readonly args: unknown
  /** The op's transaction. */
  readonly transaction: Pick<Connection, 'query' | 'pipeline'>
}

/** A custom write. No access rule is asked: the function is trusted, and asks what it needs to. */
export type ServerFunction = (context: CallContext) => Promise<void> | void

/** What of the writer's settings a call needs. */
interface CallSettings {
  readonly functions: Readonly<Record<string, ServerFunction>>
  readonly callTimeoutMs: number
  readonly onError: (error: unknown) => void
}

/** Runs the function that an op names. */
export type RunCall = (op: AcceptedOp, transaction: CallContext['transaction']) => Promise<void>

/** Runs a `call` op, its changes stamped with its author and device. */
export async function callOp(
  connection: Connection,
  author: Author,
  op: AcceptedOp,
  runCall: RunCall | undefined,
): Promise<void> {
  if (!runCall) throw new Error(`Op ${op.n} calls a function, which only the slow lane does.`)
  const setting = writerSetting({
    actor: author.userId,
    model: op.model,
    id: op.id,
    ...loggedWith(author, op.n),
  })
  await connection.query("select set_config('syncline.op', $1, true)", [setting])
  const transaction = {
    query: connection.query.bind(connection),
    pipeline: connection.pipeline.bind(connection),
  }
  await runCall(op, transaction)
}

/** Finds the named function and runs it for a user, no longer than it may take. */
export function callRunner(settings: CallSettings, user: User): RunCall {
  return async (op, connection) => {
    const name = op.name ?? ''
    const run = functionNamed(settings.functions, name)
    const { transaction, end } = untilEnd(name, connection)
    try {
      await within(settings.callTimeoutMs, name, async () =>
        run({ user, model: op.model, id: op.id, args: op.args, transaction }),
      )
    } catch (error) {
      if (isMeantForDevice(error)) throw error
      settings.onError(
        new Error(`The server function \`${name}\` failed: ${String(error)}`, { cause: error }),
      )
      const how = error instanceof CallTimeout ? `did not end within ${settings.callTimeoutMs} ms` : 'failed'
      throw new SynclineError(
        'constraint',
        `The server function \`${name}\` ${how}. Its author finds the reason in the server's log.`,
        { cause: error },
      )
    } finally {
      end()
    }
  }
}

function functionNamed(functions: CallSettings['functions'], name: string): ServerFunction {
  const run = Object.hasOwn(functions, name) ? functions[name] : undefined
  if (run) return run
  const names = Object.keys(functions).map((known) => `\`${known}\``)
  throw new SynclineError(
    'invalid_value',
    `There is no server function \`${name.slice(0, 100)}\`. ${names.length > 0 ? `The functions are: ${names.join(', ')}.` : 'Declare it in `functions`.'}`,
    { field: 'name' },
  )
}

/** What the function refuses, and what the database says of a constraint, a right or a lock; not its mistakes. */
function isMeantForDevice(error: unknown): boolean {
  // Class 22: data exceptions, as a division by zero.
  return error instanceof SynclineError || (isServerError(error) && !error.code.startsWith('22'))
}

class CallTimeout extends Error {}

async function within(ms: number, name: string, work: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new CallTimeout(`\`${name}\` took longer than ${ms} ms.`)), ms)
  })
  try {
    await Promise.race([work(), late])
  } finally {
    clearTimeout(timer)
  }
}

/** The transaction as a function has it: its connection serves others when the function has ended. */
function untilEnd(
  name: string,
  { query, pipeline }: CallContext['transaction'],
): { readonly transaction: CallContext['transaction']; readonly end: () => void } {
  let hasEnded = false
  const guarded =
    <Values extends unknown[], Result>(send: (...values: Values) => Promise<Result>) =>
    (...values: Values): Promise<Result> => {
      if (!hasEnded) return send(...values)
      const refused = Promise.reject<Result>(
        new Error(`The transaction of the server function \`${name}\` has ended. Await what it sends.`),
      )
      // Whoever did not wait for the function does not wait for this either.
      refused.catch(() => {})
      return refused
    }
  return {
    transaction: { query: guarded(query) as typeof query, pipeline: guarded(pipeline) as typeof pipeline },
    end: () => void (hasEnded = true),
  }
}
