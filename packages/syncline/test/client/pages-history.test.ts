/**
 * Random histories of the pages of one profile: they come and go, with a network and without, and write. Each record is
 * written by one page only, so that nothing but a fault brings an old value back.
 */
import { expect, test } from 'vitest'
import { type Client, createClient } from '../../src/client/client.ts'
import { modelServer } from '../../src/testing/model-server/model-server.ts'
import { seededRandom } from '../../src/testing/seeded-random.ts'
import { testClock } from '../../src/testing/test-clock.ts'
import { testWire } from '../../src/testing/test-wire.ts'
import { FlickerWatch } from './flicker-watch.ts'
import { sharedMemory } from './shared-memory.ts'
import { stageSchema } from './stage-schema.ts'

const HISTORIES = 150
const STEPS = 50
const MOST_PAGES = 4

test(`W2, W3, C1: in ${HISTORIES} histories of pages that come and go, each write is applied once, and shown until then`, async () => {
  const first = Number(process.env['SYNCLINE_SEED'] ?? 1)
  const count = process.env['SYNCLINE_SEED'] === undefined ? HISTORIES : 1

  for (let seed = first; seed < first + count; seed++) {
    const history = new PagesHistory(seed)
    await history.play().catch((error: Error) => {
      throw new Error(`Seed ${seed}, after:\n  ${history.told.join('\n  ')}\n${error.stack}`)
    })
  }
}, 600_000)

interface OpenPage {
  readonly client: Client<typeof stageSchema>
  readonly watch: FlickerWatch
  /** What it alone writes. */
  readonly id: string
}

class PagesHistory {
  readonly told: string[] = []
  readonly #random: () => number
  readonly #clock = testClock()
  readonly #storage = sharedMemory()
  readonly #server
  readonly #wire
  readonly #pages = new Set<OpenPage>()
  readonly #names = new Map<string, string>()
  readonly #counts = new Map<string, number>()
  readonly #refused = new Set<string>()
  #serial = 0

  constructor(seed: number) {
    this.#random = seededRandom(seed)
    const parts = { clock: this.#clock, random: this.#random }
    this.#server = modelServer({ schema: stageSchema, ...parts })
    this.#wire = testWire(this.#server, parts)
    this.#server.write((tx) => {
      tx.create('production', 'p1', { name: 'Opera' }, { user: null })
      tx.grant('ana', 'production', 'p1')
    })
  }

  async play(): Promise<void> {
    await this.#open()
    for (let step = 0; step < STEPS; step++) {
      await this.#act()
      await this.#pass(this.#random() < 0.15 ? this.#random() * 25_000 : this.#random() * 300)
    }
    if (this.#random() < 0.5) await this.#leaveOne()
    await this.#rest()
    this.#checkEnd()
    for (const page of this.#pages) page.client.close()
  }

  async #act(): Promise<void> {
    const page = [...this.#pages][Math.floor(this.#random() * this.#pages.size)] as OpenPage
    const chance = this.#random()
    if (chance < 0.35) this.#rename(page)
    else if (chance < 0.5) this.#count(page)
    else if (chance < 0.55) this.#breakRule(page)
    else if (chance < 0.65) await this.#open()
    else if (chance < 0.77) await this.#close(page)
    else if (chance < 0.9) this.#connect(this.#random() < 0.5)
    else if (chance < 0.93) this.#block(this.#random() < 0.5)
    else if (chance < 0.97) this.#cut()
    else this.#disturb()
  }

  async #open(): Promise<void> {
    if (this.#pages.size >= MOST_PAGES) return
    const id = `c${++this.#serial}`
    this.#server.write((tx) => {
      tx.create('camera', id, { productionId: 'p1', name: id, note: null, tags: [] }, { user: null })
      tx.create('tally', id, { productionId: 'p1', total: 0 }, { user: null })
    })
    const client = createClient({
      schema: stageSchema,
      url: 'http://server/sync',
      user: 'ana',
      token: 'ana',
      joinAtStart: true,
      storage: this.#storage,
      clock: this.#clock,
      random: this.#random,
      WebSocket: this.#wire.WebSocket,
      fetch: this.#wire.fetch,
    })
    client.join('production', 'p1')
    const page = { client, watch: new FlickerWatch(), id }
    page.watch.attachNames(client)
    this.#pages.add(page)
    this.told.push(`${this.#clock.now()} open ${id}`)
    await this.#pass(50)
  }

  async #close(page: OpenPage): Promise<void> {
    if (this.#pages.size === 1) await this.#open()
    this.told.push(`${this.#clock.now()} close ${page.id}`)
    this.#pages.delete(page)
    page.client.close()
  }

  #rename({ client, id }: OpenPage): void {
    if (!client.record('camera', id).current) return
    const name = `name-${++this.#serial}`
    client.mutate.camera.update(id, { name })
    this.#names.set(id, name)
    this.told.push(`${this.#clock.now()} rename ${id} ${name}`)
  }

  #count({ client, id }: OpenPage): void {
    if (!client.record('tally', id).current) return
    client.mutate.tally.update(id, { total: { $inc: 1 } })
    this.#counts.set(id, (this.#counts.get(id) ?? 0) + 1)
    this.told.push(`${this.#clock.now()} count ${id}`)
  }

  #breakRule({ client, id }: OpenPage): void {
    if (!client.record('camera', id).current) return
    const write = client.mutate.camera.update(id, { productionId: 'nowhere' })
    write.confirmed.catch(() => {})
    this.#refused.add(`${id} ${++this.#serial}`)
    this.told.push(`${this.#clock.now()} break ${id}`)
  }

  #connect(isConnected: boolean): void {
    this.#wire.connected(isConnected)
    this.told.push(`${this.#clock.now()} connected ${isConnected}`)
  }

  #block(isBlocked: boolean): void {
    this.#wire.socketsBlocked(isBlocked)
    this.told.push(`${this.#clock.now()} blocked ${isBlocked}`)
  }

  #cut(): void {
    this.#wire.cut()
    this.told.push(`${this.#clock.now()} cut`)
  }

  #disturb(): void {
    const faults = { delayMs: [1, 5 + this.#random() * 400] as const, drop: 0.05, duplicate: 0.2, cut: 0.01 }
    this.#wire.fault(faults)
    this.told.push(`${this.#clock.now()} disturb`)
  }

  async #pass(ms: number): Promise<void> {
    const ends = this.#clock.now() + ms
    while (this.#clock.now() < ends) {
      await this.#clock.advance(Math.min(50, ends - this.#clock.now()))
      for (const { watch } of this.#pages) watch.check()
    }
  }

  /** Without a network all pages but one are closed: each has shown what all have written, and that one still does. */
  async #leaveOne(): Promise<void> {
    this.#connect(false)
    await this.#pass(100)
    for (const page of this.#pages) this.#checkUnsent(page)
    const [last, ...others] = this.#pages
    for (const page of others) await this.#close(page)
    await this.#pass(12_000)
    this.#checkUnsent(last as OpenPage)
  }

  /** What the server does not have is shown. */
  #checkUnsent({ client }: OpenPage): void {
    const kept = this.#server.state.tables.get('camera')
    for (const { id, name } of client.query.camera.current) {
      const written = this.#names.get(id) ?? id
      if (kept?.get(id)?.fields['name'] !== written) expect([id, name]).toEqual([id, written])
    }
  }

  async #rest(): Promise<void> {
    this.told.push('rest')
    this.#wire.fault({})
    this.#wire.socketsBlocked(false)
    this.#wire.connected(true)
    await this.#pass(90_000)
  }

  #checkEnd(): void {
    const { tables } = this.#server.state
    const cameras = new Map([...(tables.get('camera') ?? [])].map(([id, { fields }]) => [id, fields['name']]))
    for (const [id, name] of this.#names) expect([id, cameras.get(id)]).toEqual([id, name])
    for (const [id, count] of this.#counts) expect(tables.get('tally')?.get(id)?.fields['total']).toBe(count)
    for (const { client } of this.#pages) {
      expect(client.status.current).toMatchObject({ status: 'realtime', pending: 0 })
      const shown = client.query.camera.current.map(({ id, name }) => [id, name])
      expect(new Map(shown as [string, unknown][])).toEqual(cameras)
      for (const { id, total } of client.query.tally.current)
        expect(total).toBe(tables.get('tally')?.get(id)?.fields['total'])
    }
    const parked = [...this.#pages].flatMap(({ client }) => client.parked.current)
    expect(parked.length).toBe(this.#refused.size)
  }
}
