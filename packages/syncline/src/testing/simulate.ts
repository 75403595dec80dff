/**
 * Several clients and a server in one process, on one clock and one seed: what an application tests its
 * own use of Syncline with, and what Syncline tests itself with.
 */
import { createClient, type Client } from '../client/client.ts'
import { memory } from '../client/storage/memory.ts'
import type { Storage } from '../client/storage/storage.ts'
import type { Schema } from '../schema/define-schema.ts'
import { modelServer, type ModelServer } from './model-server/model-server.ts'
import { seededRandom } from './seeded-random.ts'
import { testClock, type TestClock } from './test-clock.ts'
import { testWire, type TestWire, type WireEnd } from './test-wire.ts'

export interface SimulationOptions<S extends Schema> {
  readonly schema: S
  /** The same seed gives the same run, message for message. */
  readonly seed: number
  /** The user of each client; a user may appear twice, with two devices. */
  readonly users: readonly string[]
}

/** One device of the simulation. */
export interface SimulatedClient<S extends Schema> {
  readonly user: string
  readonly client: Client<S>
  readonly wire: TestWire
  readonly storage: Storage
  /** Ends the page without warning and opens it again on the same device. Returns the new client. */
  reload(): Client<S>
}

export interface Simulation<S extends Schema> {
  readonly seed: number
  readonly clock: TestClock
  readonly random: () => number
  readonly server: ModelServer
  readonly clients: readonly SimulatedClient<S>[]
  /** Texts of all messages so far, in order, with the client and the direction. */
  readonly trace: readonly string[]
  /** Heals every wire and lets time pass until nothing is under way; false when that takes longer than `withinMs`. */
  quiesce(withinMs?: number): Promise<boolean>
  close(): void
}

/** Starts clients and a model server; `clock.advance` makes things happen. */
export function simulate<S extends Schema>({ schema, seed, users }: SimulationOptions<S>): Simulation<S> {
  const clock = testClock()
  const random = seededRandom(seed)
  const server = modelServer({ schema, clock, random })
  const trace: string[] = []
  const clients = users.map((user, index) => startDevice(user, index))

  function startDevice(user: string, index: number): SimulatedClient<S> {
    const storage = memory()
    const wire = testWire(traced(server, trace, index), { clock, random })
    const open = () =>
      createClient({
        schema,
        url: 'http://server/sync',
        user,
        token: user,
        storage,
        clock,
        random,
        WebSocket: wire.WebSocket,
        fetch: wire.fetch,
      })
    let client = open()
    return {
      user,
      wire,
      storage,
      get client() {
        return client
      },
      reload() {
        client.close()
        client = open()
        return client
      },
    }
  }

  const isQuiet = () => clients.every(({ client }) => client.status.current.status === 'realtime')
  return {
    seed,
    clock,
    random,
    server,
    clients,
    trace,
    async quiesce(withinMs = 300_000) {
      for (const { wire } of clients) heal(wire)
      const end = clock.now() + withinMs
      // A half-open connection looks alive until its heartbeat has gone unanswered.
      await clock.advance(HEARTBEAT_MS)
      while (clock.now() < end) {
        await clock.advance(1_000)
        if (isQuiet()) return true
      }
      return false
    },
    close() {
      for (const { client } of clients) client.close()
    },
  }
}

const HEARTBEAT_MS = 60_000

function heal(wire: TestWire): void {
  wire.fault({})
  wire.silent(false)
  wire.socketsBlocked(false)
  wire.connected(true)
}

/** Writes down what passes between a client and the server. */
function traced(server: WireEnd, trace: string[], index: number): WireEnd {
  return {
    connect(send, end) {
      const note = (text: string) => {
        trace.push(`${index}< ${text}`)
        send(text)
      }
      const connection = server.connect(note, end)
      return {
        receive(text) {
          trace.push(`${index}> ${text}`)
          connection.receive(text)
        },
        close: () => connection.close(),
      }
    },
    request(name, body, token) {
      const answer = server.request(name, body, token)
      trace.push(`${index}> ${name} ${JSON.stringify(body)}`, `${index}< ${JSON.stringify(answer)}`)
      return answer
    },
  }
}
