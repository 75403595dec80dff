/** Joining, leaving and coming back while many others write. */
import { expect, test } from 'vitest'
import { seededRandom } from '../../src/testing/seeded-random.ts'
import {
  copyOf,
  majors,
  type Message,
  type RawClient,
  type StageServer,
  startStageServer,
} from './stage-server.ts'

const WRITERS = 16
const FOR_MS = 5_000
/** Of each writer, where the machine has other work. */
const LEAST_TURNS = 60
const SEED = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e6))

/** A device that comes and goes, and keeps all that it was ever sent. */
class ComingAndGoing {
  readonly #server: StageServer
  readonly #channel: string
  readonly #device: string
  readonly #random: () => number
  readonly messages: Message[] = []
  #client: RawClient | undefined
  rounds = 0

  constructor(server: StageServer, channel: string, number: number) {
    this.#server = server
    this.#channel = channel
    this.#device = `device ${number}`
    this.#random = seededRandom(SEED + number)
  }

  async liveUntil(endMs: number): Promise<void> {
    while (Date.now() < endMs) {
      await this.#connect()
      await new Promise((resolve) => setTimeout(resolve, this.#random() * 400))
      // Cut in the middle of whatever is under way, or left and joined again on the same socket.
      if (this.#random() < 0.3) await this.#rejoin()
      else if (this.#random() < 0.7) this.#cut()
    }
    if (!this.#client) await this.#connect()
  }

  async #connect(): Promise<void> {
    if (this.#client) return
    this.rounds++
    const client = await this.#server.socket('ana', { device: this.#device })
    client.messages.length = 0
    this.#client = client
    // Kept as they come: a cut may fall between two frames.
    client.socket.on('message', (data) => this.messages.push(JSON.parse(String(data))))
    await client.join(this.#channel, this.cursor())
  }

  /** Leaves, waits for what was on the way, and joins from there. */
  async #rejoin(): Promise<void> {
    this.#client?.send({ type: 'leave', channel: this.#channel })
    await this.caughtUp()
    await this.#client?.join(this.#channel, this.cursor())
  }

  #cut(): void {
    this.#client?.socket.removeAllListeners('message')
    this.#client?.terminate()
    this.#client = undefined
  }

  cursor(): string | undefined {
    const last = this.messages.findLast(
      ({ channel, cursor }) => channel === this.#channel && cursor !== undefined,
    )
    return last?.cursor
  }

  async caughtUp(): Promise<void> {
    this.#client?.send({ type: 'ping' })
    await this.#client?.next(({ type }) => type === 'pong', this.#client.messages.length)
  }
}

/** Parts of a batch that was cut off are never applied: their cursor did not come. */
function applied(messages: readonly Message[], channel: string): Map<string, unknown> {
  const whole: Message[] = []
  let parts: Message[] = []
  for (const message of messages) {
    if (message.channel !== channel) continue
    if (message.type === 'joined') parts = []
    if (message.type !== 'changes' && message.type !== 'rows') continue
    parts.push(message)
    if (message.more === true) continue
    whole.push(...parts)
    parts = []
  }
  const copy = copyOf(whole, channel)
  return new Map(
    [...copy].map(([key, { version, row }]) => [key, { version, name: row['name'] ?? row['caption'] }]),
  )
}

async function write(server: StageServer, number: number, endMs: number): Promise<number> {
  const client = await server.database.connect()
  const random = seededRandom(SEED + 1_000 + number)
  let changes = 0
  for (let turn = 0; Date.now() < endMs || turn < LEAST_TURNS; turn++) {
    const id = `w${number}-${turn % 40}`
    const choice = random()
    await client.query('begin')
    if (choice < 0.4)
      await client.query(
        "insert into cameras values ($1, 'p1', $2) on conflict (id) do update set name = excluded.name",
        [id, `name ${turn}`],
      )
    else if (choice < 0.5)
      await client.query('update cameras set production_id = $2 where id = $1', [id, turn % 2 ? 'p1' : 'p2'])
    else if (choice < 0.6) await client.query('delete from cameras where id = $1', [id])
    else if (choice < 0.8) {
      await client.query(
        "insert into photos select $1, id, 'shot' from cameras where id = $2 on conflict do nothing",
        [`f${id}`, id],
      )
    } else {
      await client.query('savepoint s')
      await client.query("update cameras set name = 'rolled back' where id = $1", [id])
      await client.query('rollback to savepoint s')
      await client.query('update cameras set zoom = zoom + 1 where id = $1', [id])
    }
    if (random() < 0.3) await new Promise((resolve) => setTimeout(resolve, random() * 20))
    await client.query(random() < 0.1 ? 'rollback' : 'commit')
    changes++
  }
  await client.end()
  return changes
}

test('L4: a leave ends a load that is under way: nothing of it follows, and the next join has all', async () => {
  const server = await startStageServer()
  try {
    const channel = 'Production:p1'
    await server.query(
      "insert into cameras select 'l' || i, 'p1', repeat('long ', 200) from generate_series(1, 20000) i",
    )
    const client = await server.socket('ana')
    client.send({ type: 'join', channel })
    await client.next(({ type }) => type === 'rows')
    client.send({ type: 'leave', channel })
    client.send({ type: 'ping' })
    const pong = client.messages.indexOf(await client.next(({ type }) => type === 'pong'))
    client.send({ type: 'join', channel })
    await client.next(({ type }) => type === 'joined', pong)

    const old = client.messages.slice(0, pong)
    const fresh = client.messages.slice(pong)
    expect(old.filter(({ type, more }) => type === 'joined' || more === false)).toEqual([])
    expect(fresh.filter(({ type }) => type === 'joined')).toHaveLength(1)
    expect(copyOf(fresh, channel).size).toBe(20_000 + 3)
  } finally {
    await server.close()
  }
})

test('A1, A3: a join that was left before its answer is not answered: the next one is', async () => {
  const server = await startStageServer()
  try {
    const channel = 'Production:p2'
    const client = await server.socket('ben')
    const from = client.messages.length
    client.send({ type: 'join', channel })
    client.send({ type: 'leave', channel })
    client.send({ type: 'join', channel })
    await client.next(({ type }) => type === 'error', from)
    client.send({ type: 'leave', channel })
    await server.query("insert into crew values ('p2', 'ben')")
    client.send({ type: 'join', channel })
    await client.next(({ type }) => type === 'joined', from)

    const answers = client.messages.slice(from).map(({ type, code }) => code ?? type)
    expect(answers.filter((answer) => answer !== 'rows')).toEqual(['not_found', 'joined'])
  } finally {
    await server.close()
  }
})

test.each(majors())(
  'L2, L4, C1: devices that come and go amid 16 writers get every change once, on PostgreSQL %i',
  async (major) => {
    const server = await startStageServer({ major })
    try {
      const endMs = Date.now() + FOR_MS
      const devices = Array.from(
        { length: 8 },
        (_, number) => new ComingAndGoing(server, 'Production:p1', number),
      )
      const lists = Array.from(
        { length: 2 },
        (_, number) => new ComingAndGoing(server, 'Production:mine', 100 + number),
      )
      const writers = Array.from({ length: WRITERS }, (_, number) => write(server, number, endMs))
      await Promise.all([...writers, ...[...devices, ...lists].map((device) => device.liveUntil(endMs))])

      const rows = await server.query<{ key: string; version: number; name: string }>(`
        select 'production ' || id as key, version, name from productions where id = 'p1'
        union all select 'camera ' || id, version, name from cameras where production_id = 'p1'
        union all select 'photo ' || f.id, f.version, caption from photos f join cameras c on c.id = camera_id where production_id = 'p1'`)
      const truth = new Map(rows.map(({ key, version, name }) => [key, { version, name }]))

      for (const device of devices)
        await expect
          .poll(() => applied(device.messages, 'Production:p1'), { message: `SEED=${SEED}` })
          .toEqual(truth)
      expect(truth.size).toBeGreaterThan(100)
      expect(devices.reduce((sum, { rounds }) => sum + rounds, 0)).toBeGreaterThan(devices.length)
      for (const list of lists)
        await expect
          .poll(() => [...applied(list.messages, 'Production:mine').keys()].sort(), {
            message: `SEED=${SEED}`,
          })
          .toEqual(['production p 3', 'production p1', 'production p2'])
    } finally {
      await server.close()
    }
  },
)
