/**
 * PGlite: real PostgreSQL inside this process, for trying out, tests and small installations.
 *
 * It has one backend. Everything takes turns: a statement, a transaction, and a connection for as long as it is inside
 * a transaction. It does not fsync: it survives a killed process, not a power cut, and says so when it starts.
 */
import type { PGlite } from '@electric-sql/pglite'
import pg from 'pg'
import type { Connection, Database, Listener, Row, Statement } from '../database.ts'
import { WAKE_SETTING } from '../log/wake.ts'
import { quoteIdentifier } from '../sql.ts'
import { lockFolder } from './folder-lock.ts'
import { runQuery, streamRows } from './pg-connection.ts'
import { resultTypes } from './result-types.ts'
import { sessionStatement } from './session-settings.ts'
import { runTransaction } from './transaction.ts'
import { takeTurns, type Turns } from './turns.ts'

export interface PgliteOptions {
  /** Receives what the operator should know at start. @default standard error */
  warn?: (text: string) => void
}

type Settings = Readonly<Record<string, string>>

/** The one backend and who may use it. */
interface Backend {
  readonly engine: PGlite
  readonly client: pg.Client
  readonly turns: Turns
  /** Session settings of whoever had the last turn. */
  settings: Settings
}

const NO_SETTINGS: Settings = {}

/** Opens a database in a folder, or in memory (`memory://`). Throws when another process has the folder. */
export function pglite(dataDir: string, options: PgliteOptions = {}): Database {
  const isStored = dataDir !== 'memory://'
  const unlock = isStored ? lockFolder(dataDir) : () => {}
  if (isStored) {
    const warn = options.warn ?? ((text: string) => void process.stderr.write(`${text}\n`))
    warn(
      `The database in ${dataDir} runs inside this process and does not fsync: it survives a killed process, not a power cut. Set DATABASE_URL to use a PostgreSQL server.`,
    )
  }
  const starting = start(dataDir)
  starting.catch(() => unlock())
  const waking = new Map<string, Set<() => void>>()
  void starting.then(
    ({ client }) => {
      client.on('notification', ({ channel }) => {
        for (const onWake of waking.get(channel) ?? []) onWake()
      })
    },
    () => {},
  )
  const open = new Set<Connection>()

  return {
    kind: 'pglite',
    query: async (text, values) => alone(await starting, (client) => runQuery(client, text, values)),
    transaction: async (work, transactionOptions) =>
      alone(await starting, (client) =>
        runTransaction(client, insideTransaction(client), work, transactionOptions),
      ),
    async connect(_name, settings) {
      const connection = sharedConnection(await starting, settings ?? NO_SETTINGS)
      open.add(connection)
      void connection.closed.then(() => open.delete(connection))
      return connection
    },
    listen: async (channel, onWake) => listenTogether(await starting, waking, channel, onWake),
    async close() {
      const backend = await starting
      await Promise.allSettled([...open].map((connection) => connection.close()))
      const pass = await backend.turns.take()
      await backend.client.end()
      await backend.engine.close()
      pass()
      unlock()
    },
  }
}

async function start(dataDir: string): Promise<Backend> {
  // When it is needed: who has a PostgreSQL server shall not wait for it to load (`bench`: G13).
  const [{ PGlite }, { createPgConfig }] = await Promise.all([
    import('@electric-sql/pglite'),
    import('@electric-sql/pglite/node-postgres'),
  ])
  const engine = new PGlite(dataDir, {
    // 175 MB of memory instead of 750.
    startParams: [...PGlite.defaultStartParams, '-c', 'shared_buffers=16MB'],
  })
  await engine.waitReady
  const { connection } = createPgConfig(engine)
  const client = new pg.Client({ connection, types: resultTypes } as pg.ClientConfig)
  client.on('error', () => {
    // Every statement under way has been rejected with it.
  })
  await client.connect()
  await client.query(sessionStatement({ [WAKE_SETTING]: 'always' }))
  return { engine, client, turns: takeTurns(), settings: NO_SETTINGS }
}

async function alone<T>(backend: Backend, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const pass = await backend.turns.take()
  try {
    await applySettings(backend, NO_SETTINGS)
    return await work(backend.client)
  } finally {
    if (await isInTransaction(backend.client)) await backend.client.query('rollback')
    pass()
  }
}

/** After a failed statement the status is known only when the backend is ready again, which an empty one waits for. */
async function isInTransaction(client: pg.Client): Promise<boolean> {
  if (client.getTransactionStatus() === 'I') return false
  await client.query('').catch(() => {})
  return client.getTransactionStatus() !== 'I'
}

async function applySettings(backend: Backend, wanted: Settings): Promise<void> {
  if (backend.settings === wanted) return
  const resets = Object.keys(backend.settings).map((name) => `reset ${name}`)
  await backend.client.query([...resets, sessionStatement(wanted)].join('; '))
  backend.settings = wanted
}

/** A connection of its holder's own: has the turn for one statement or pipeline, and from `begin` to the end of the transaction. */
function sharedConnection(backend: Backend, settings: Settings): Connection {
  let pass: (() => void) | undefined
  let last: Promise<unknown> = Promise.resolve()
  let end: () => void = () => {}
  let isClosed = false
  const closed = new Promise<undefined>((resolve) => {
    end = () => resolve(undefined)
  })

  const inTurn = <T>(work: (client: pg.Client) => Promise<T>): Promise<T> => {
    const run = last.then(async () => {
      if (isClosed) throw new Error('This connection is closed. Open another with `connect`.')
      pass ??= await backend.turns.take()
      try {
        await applySettings(backend, settings)
        return await work(backend.client)
      } finally {
        if (!(await isInTransaction(backend.client))) {
          pass()
          pass = undefined
        }
      }
    })
    last = run.catch(() => {})
    return run
  }

  return {
    query: (text, values) => inTurn((client) => runQuery(client, text, values)),
    pipeline: (statements) => inTurn((client) => runInOrder(client, statements)),
    stream: (statement, take) => inTurn((client) => streamRows(client, statement, take)),
    closed,
    async close() {
      await last
      if (isClosed) return
      isClosed = true
      if (pass) await backend.client.query('rollback')
      pass?.()
      end()
    },
  }
}

async function runInOrder(client: pg.ClientBase, statements: readonly Statement[]): Promise<Row[][]> {
  const answers: Row[][] = []
  let failure: { readonly error: unknown } | undefined
  for (const statement of statements) {
    try {
      answers.push(await runQuery(client, statement))
    } catch (error) {
      failure ??= { error }
    }
  }
  if (failure) throw failure.error
  return answers
}

/** One statement after the other: a client that does not pipeline shall not be given a second one meanwhile. */
function insideTransaction(client: pg.ClientBase): Connection {
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const run = last.then(work)
    last = run.catch(() => {})
    return run
  }
  return {
    query: (text, values) => inTurn(() => runQuery(client, text, values)),
    pipeline: (statements) => inTurn(() => runInOrder(client, statements)),
    stream: (statement, take) => inTurn(() => streamRows(client, statement, take)),
    closed: new Promise(() => {}),
    close: () =>
      Promise.reject(
        new Error('This connection belongs to a transaction. Let the work end, or throw, to close it.'),
      ),
  }
}

async function listenTogether(
  backend: Backend,
  waking: Map<string, Set<() => void>>,
  channel: string,
  onWake: () => void,
): Promise<Listener> {
  const listeners = waking.get(channel) ?? new Set()
  waking.set(channel, listeners)
  listeners.add(onWake)
  await alone(backend, (client) => client.query(`listen ${quoteIdentifier(channel)}`))
  return {
    async close() {
      listeners.delete(onWake)
    },
  }
}
