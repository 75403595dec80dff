/** The model server, one wire to it, and clients on that wire: what a client does when a server is not as it should be. */
import { createClient } from '../../src/client/client.ts'
import type { ClientOptions } from '../../src/client/client-options.ts'
import type { Schema } from '../../src/schema/define-schema.ts'
import { modelServer } from '../../src/testing/model-server/model-server.ts'
import { seededRandom } from '../../src/testing/seeded-random.ts'
import { testClock, type TestClock } from '../../src/testing/test-clock.ts'
import { testWire, type WireEnd } from '../../src/testing/test-wire.ts'

/** What a test does to messages of a socket before the server sees them; true when it has answered one itself. */
export type Intercept = (message: DeviceText, send: (message: object) => void, clock: TestClock) => boolean

interface DeviceText {
  readonly type: string
  readonly channel?: string
  readonly ops?: readonly { readonly n: number; readonly tx?: number }[]
}

/** Starts a server of the schema, with production `p1` that ana and ben may read. */
export function modelStage<S extends Schema>(schema: S, intercept: Intercept = () => false) {
  const clock = testClock()
  const server = modelServer({ schema, clock, random: seededRandom(1) })
  const wire = testWire(intercepted(server, intercept, clock), { clock, random: seededRandom(2) })
  server.write((tx) => {
    tx.create('production', 'p1', { name: 'Opera' }, { user: null })
    for (const user of ['ana', 'ben']) tx.grant(user, 'production', 'p1')
  })
  const open = <T extends Schema = S>(options: Partial<ClientOptions<T>> = {}) =>
    createClient<T>({
      schema: schema as unknown as T,
      url: 'http://server/sync',
      user: 'ana',
      token: 'ana',
      clock,
      random: seededRandom(3),
      WebSocket: wire.WebSocket,
      fetch: wire.fetch,
      ...options,
    })
  /** Lets time pass in steps, with turns of the event loop between: fake IndexedDB works in them. */
  const pass = async (ms: number, steps = 20) => {
    for (let step = 0; step < steps; step++) {
      await new Promise((resolve) => setTimeout(resolve, 2))
      await clock.advance(ms / steps)
    }
  }
  return { clock, server, wire, open, pass }
}

function intercepted(end: WireEnd, intercept: Intercept, clock: TestClock): WireEnd {
  return {
    request: end.request,
    connect(send, over) {
      const connection = end.connect(send, over)
      const answer = (message: object) => send(JSON.stringify(message))
      return {
        close: () => connection.close(),
        receive(text) {
          if (!intercept(JSON.parse(text), answer, clock)) connection.receive(text)
        },
      }
    },
  }
}
