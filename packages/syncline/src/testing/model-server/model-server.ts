/**
 * A server for simulations, in memory: the wire's rules over a log, without PostgreSQL, sockets or time of its own.
 *
 * It is a test double. It says what a Syncline server says, in the same order, to any number of clients in
 * one process, and can be restarted, restored from a backup and made to forget its log at any moment.
 *
 * Flow: a push waits a while and is committed; the tail looks a while later, hands every session its changes,
 * and then the acks (an ack stands behind the frames).
 */
import type { CompiledSchema } from '../../schema/model.ts'
import type { TestClock } from '../test-clock.ts'
import { EMPTY_STATE, type ModelState, ModelTransaction } from './model-database.ts'
import { applyPush, type ModelDevice, newDevice } from './model-devices.ts'
import { type ModelHost, type ModelPush, ModelSession } from './model-session.ts'

export interface ModelServerOptions {
  readonly schema: CompiledSchema
  readonly clock: TestClock
  /** Numbers in [0, 1); the same ones give the same run. */
  readonly random: () => number
  /** Longest time from a push to its commit, and from a commit to its frames, in ms. @default 20 */
  readonly delayMs?: number
}

/** A connection to the model server, as a wire holds it. */
interface ModelConnection {
  receive(text: string): void
  close(): void
}

/** What a backup brings back. */
export interface ModelBackup {
  readonly state: ModelState
  readonly devices: ReadonlyMap<string, ModelDevice>
}

export interface ModelServer {
  /** Opens a connection; `send` gets the text of each message, `end` is called when the server closes it. */
  connect(send: (text: string) => void, end: () => void): ModelConnection
  /** Answers `POST /sync/{name}` at once. */
  request(name: 'push' | 'pull', body: unknown, token: string | undefined): object
  /** Writes as another program would. */
  write(work: (transaction: ModelTransaction) => void): void
  readonly state: ModelState
  /** Closes every connection and forgets what was not committed. */
  restart(): void
  /** Refuses all cursors so far, as after pruning: rooms are loaded anew when they are joined. */
  forgetLog(): void
  /** Loads all joined rooms anew, as after TRUNCATE. */
  reload(): void
  backup(): ModelBackup
  /** Puts a backup back: another history, older devices. */
  restore(backup: ModelBackup): void
}

/** Makes a model server. A token is the id of its user. */
export function modelServer({ schema, clock, random, delayMs = 20 }: ModelServerOptions): ModelServer {
  const sessions = new Map<ModelSession, () => void>()
  const owed = new Set<ModelSession>()
  let state = EMPTY_STATE
  let devices = new Map<string, ModelDevice>()
  let history = 1
  /** Cursors below this place are refused. */
  let floor = 0
  /** Rises with every restart: what was under way before is forgotten. */
  let life = 0
  let isTailDue = false

  const now = () => new Date(clock.now()).toISOString()
  const later = (work: () => void) => {
    const begunIn = life
    clock.after(random() * delayMs, () => {
      if (life === begunIn) work()
    })
  }

  const tail = () => {
    isTailDue = false
    for (const session of sessions.keys()) session.catchUp()
    for (const session of owed) {
      const device = devices.get(session.device)
      if (device && sessions.has(session)) session.ack(device)
    }
    owed.clear()
  }

  const wakeTail = () => {
    if (isTailDue) return
    isTailDue = true
    later(tail)
  }

  const apply = (name: string, user: string, push: ModelPush) => {
    const answer = applyPush(schema, state, devices.get(name) ?? newDevice(user), name, push, now())
    if (answer.type !== 'applied') return answer
    state = answer.state
    devices.set(name, answer.device)
    wakeTail()
    return answer
  }

  const host: ModelHost = {
    schema,
    random,
    get epoch() {
      return `history-${history}`
    },
    state: () => state,
    userOf: (token) => (token === undefined || token === '' ? null : token),
    device(name, user) {
      const known = devices.get(name) ?? newDevice(user)
      return known.user === user ? known : null
    },
    sealCursor: (at) => `${history}.${at}.${schema.hash}`,
    openCursor(cursor) {
      const [of, at, hash] = cursor.split('.')
      const isOurs = Number(of) === history && hash === schema.hash && Number(at) >= floor
      return isOurs ? Number(at) : null
    },
    catchUp: () => tail(),
    push(session, push) {
      later(() => {
        const answer = apply(session.device, session.user ?? '', push)
        if (answer.type === 'applied') owed.add(session)
        else if (answer.type === 'gap') session.tell({ type: 'gap', expected: answer.expected })
        else session.tell({ type: 'error', code: answer.code, message: answer.message })
      })
    },
  }

  const restart = () => {
    life++
    isTailDue = false
    owed.clear()
    const ends = [...sessions.values()]
    sessions.clear()
    for (const end of ends) end()
  }

  const pull = (session: ModelSession, joins: readonly PullJoin[], messages: object[]) => {
    for (const { channel, cursor } of joins) session.join(channel, cursor)
    const device = devices.get(session.device) ?? newDevice(session.user ?? '')
    tail()
    session.ack(device)
    return { messages }
  }

  return {
    get state() {
      return state
    },
    connect(send, end) {
      const session = new ModelSession(host, (message) => send(JSON.stringify(message)))
      sessions.set(session, end)
      return {
        receive(text) {
          if (sessions.has(session)) session.receive(JSON.parse(text))
        },
        close: () => void sessions.delete(session),
      }
    },
    request(name, body, token) {
      const {
        device,
        user,
        joins = [],
        ...push
      } = body as {
        device: string
        user?: string
        joins?: PullJoin[]
      } & ModelPush
      const messages: object[] = []
      const session = new ModelSession(host, (message) => messages.push(structuredClone(message)))
      if (token === undefined) return { error: { code: 'unauthenticated', message: 'Nobody is signed in.' } }
      if (user !== undefined && user !== token)
        return { error: { code: 'session_ended', message: `The session is of user \`${token}\`.` } }
      if (!session.identify(token, device))
        return { error: { code: 'device_taken', message: 'The device is of another user.' } }
      if (name === 'pull') return pull(session, joins, messages)
      const answer = apply(device, token, push)
      if (answer.type === 'refused') return { error: { code: answer.code, message: answer.message } }
      if (answer.type === 'gap') return { type: 'gap', expected: answer.expected }
      tail()
      const { lastOp, lastKey, rejections } = answer.device
      return { type: 'ack', lastOp, lastKey, rejected: rejections, conflicts: [] }
    },
    write(work) {
      const transaction = new ModelTransaction(schema, state, now())
      work(transaction)
      state = transaction.commit()
      wakeTail()
    },
    restart,
    forgetLog() {
      floor = state.log.length + 1
    },
    reload() {
      for (const session of sessions.keys()) session.reload()
    },
    backup: () => ({ state, devices: new Map(devices) }),
    restore(backup) {
      state = backup.state
      devices = new Map(backup.devices)
      history++
      restart()
    },
  }
}

interface PullJoin {
  readonly channel: string
  readonly cursor?: string
}
