/** Custom writes: named functions of the application that run in the op's transaction. */
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
  try {
    await runCall(op, transaction)
  } catch (error) {
    if (error instanceof SynclineError || isServerError(error)) throw error
    throw new SynclineError(
      'constraint',
      `The server function \`${op.name}\` failed. Its author finds the reason in the server's log.`,
      { cause: error },
    )
  }
}

/** Finds the named function and runs it for a user. */
export function callRunner(functions: Readonly<Record<string, ServerFunction>>, user: User): RunCall {
  return async (op, transaction) => {
    const name = op.name ?? ''
    const run = Object.hasOwn(functions, name) ? functions[name] : undefined
    if (!run) {
      const names = Object.keys(functions).map((known) => `\`${known}\``)
      throw new SynclineError(
        'invalid_value',
        `There is no server function \`${name.slice(0, 100)}\`. ${names.length > 0 ? `The functions are: ${names.join(', ')}.` : 'Declare it in `functions`.'}`,
        { field: 'name' },
      )
    }
    await run({ user, model: op.model, id: op.id, args: op.args, transaction })
  }
}
