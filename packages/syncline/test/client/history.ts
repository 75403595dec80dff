/**
 * One random history: five clients and a server, everything that may happen to them, the laws checked after every
 * step, and a quiet end at which every client must equal the database.
 */
import type { Client } from '../../src/client/client.ts'
import type { Room } from '../../src/client/rooms/room.ts'
import { viewOf } from '../../src/testing/model-server/model-channels.ts'
import type { ModelBackup } from '../../src/testing/model-server/model-server.ts'
import { simulate, type SimulatedClient, type Simulation } from '../../src/testing/simulate.ts'
import { FlickerWatch } from './flicker-watch.ts'
import { type StageSchema, stageSchema } from './stage-schema.ts'

type StageClient = Client<StageSchema>

const USERS = ['ana', 'ana', 'ben', 'cleo', 'dan']
const PRODUCTIONS = ['p1', 'p2', 'p3']
const NO_ONE = { user: null }

/** A client of the history, and what it holds. */
interface Actor {
  readonly device: SimulatedClient<StageSchema>
  readonly rooms: Map<string, Room>
  readonly flicker: FlickerWatch
  /** Keys of the refused ops that the watch knows. */
  readonly refused: Set<string>
  /** The scales that were checked last. */
  scales: readonly unknown[]
}

export interface HistoryOptions {
  readonly seed: number
  readonly steps: number
}

/** Plays a history; throws with the law that was broken. Returns a digest of all messages and of the end. */
export async function playHistory({ seed, steps }: HistoryOptions): Promise<string> {
  const simulation = simulate({ schema: stageSchema, seed, users: USERS })
  const history = new History(simulation)
  try {
    await history.play(steps)
  } catch (error) {
    const told = history.told.join('\n  ')
    throw new Error(`Seed ${seed}, after:\n  ${told}\n${(error as Error).stack}`, { cause: error })
  } finally {
    simulation.close()
  }
  return digest([...simulation.trace, history.end])
}

class History {
  /** What was done, for whoever must understand a failure. */
  readonly told: string[] = []
  end = ''
  readonly #simulation: Simulation<StageSchema>
  readonly #actors: Actor[]
  #serial = 0
  /** The sum of all that was counted up, refused or not. */
  #counted = 0
  #backup: ModelBackup | undefined

  constructor(simulation: Simulation<StageSchema>) {
    this.#simulation = simulation
    this.#actors = simulation.clients.map((device) => ({
      device,
      rooms: new Map(),
      flicker: new FlickerWatch(),
      refused: new Set(),
      scales: [],
    }))
  }

  async play(steps: number): Promise<void> {
    this.#seedDatabase()
    for (const { flicker, device } of this.#actors) flicker.attach(device.client)
    for (const actor of this.#actors) this.#join(actor, 'production', this.#pick(['p1', 'p2', 'mine']))
    for (let at = 0; at < steps; at++) {
      const [name, act] = this.#pickAction()
      this.told.push(`${this.#simulation.clock.now()} ${name}: ${act() ?? ''}`)
      this.#check()
      await this.#pass()
    }
    await this.#quiesce()
    this.#checkEnd()
  }

  #pickAction(): [string, () => string | void] {
    const actor = this.#pick(this.#actors) as Actor
    const total = ACTIONS.reduce((sum, [weight]) => sum + weight, 0)
    let at = this.#simulation.random() * total
    for (const [weight, name, act] of ACTIONS) {
      at -= weight
      if (at < 0) return [name, () => act(this, actor)]
    }
    return ['nothing', () => {}]
  }

  async #pass(): Promise<void> {
    const { clock, random } = this.#simulation
    const ends = clock.now() + (random() < 0.05 ? random() * 40_000 : random() * 150)
    while (clock.now() < ends) {
      await clock.advance(Math.min(25, ends - clock.now()))
      this.#check()
    }
  }

  #seedDatabase(): void {
    this.#simulation.server.write((tx) => {
      for (const id of PRODUCTIONS) {
        tx.create('production', id, { name: id }, NO_ONE)
        tx.create('scale', `${id}-left`, { productionId: id, side: 'left', value: 0 }, NO_ONE)
        tx.create('scale', `${id}-right`, { productionId: id, side: 'right', value: 0 }, NO_ONE)
        tx.create('tally', `${id}-tally`, { productionId: id, total: 0 }, NO_ONE)
        tx.create('camera', `${id}-c1`, { productionId: id, name: 'first', note: null, tags: [] }, NO_ONE)
        tx.create('photo', `${id}-f1`, { cameraId: `${id}-c1`, caption: 'first' }, NO_ONE)
        for (const user of USERS) tx.grant(user, 'production', id)
      }
      tx.create('lens', 'l1', { name: 'first' }, NO_ONE)
    })
  }

  // What a person does

  rename(actor: Actor): string | void {
    const camera = this.#pick(actor.device.client.query.camera.current)
    if (!camera) return
    const name = this.#unique('name')
    const write = actor.device.client.mutate.camera.update(camera.id, { name })
    this.#mustShow(actor, 'camera', camera.id, 'name', name)
    return `${this.#nameOf(actor)} ${camera.id} ${name} as op ${write.n}`
  }

  annotate(actor: Actor): string | void {
    const camera = this.#pick(actor.device.client.query.camera.current)
    if (!camera) return
    const note = this.#unique('note')
    const tags =
      this.#simulation.random() < 0.5 ? { $add: [note] } : { $remove: [...camera.tags].slice(0, 1) }
    actor.device.client.mutate.camera.update(camera.id, { note, tags })
    return `${this.#nameOf(actor)} ${camera.id} ${note}`
  }

  create(actor: Actor): string | void {
    const production = this.#pick(actor.device.client.query.production.current)
    if (!production) return
    const { client } = actor.device
    const ids: string[] = []
    client.transaction((tx) => {
      const camera = tx.camera.create({ productionId: production.id, name: this.#unique('name') })
      ids.push(camera.id, tx.photo.create({ cameraId: camera.id, caption: this.#unique('caption') }).id)
    })
    if (!client.record('photo', ids[1] ?? '').current)
      throw new Error('K1: a created record is not shown at once')
    return `${this.#nameOf(actor)} ${ids.join(' ')} in ${production.id}`
  }

  createRoom(actor: Actor): string {
    const { client } = actor.device
    const production = client.mutate.production.create({ name: this.#unique('production') })
    client.mutate.camera.create({ productionId: production.id, name: this.#unique('name') })
    this.#join(actor, 'production', production.id)
    return `${this.#nameOf(actor)} ${production.id}`
  }

  move(actor: Actor): string | void {
    const camera = this.#pick(actor.device.client.query.camera.current)
    if (!camera) return
    const productionId = this.#pick(PRODUCTIONS) ?? 'p1'
    actor.device.client.mutate.camera.update(camera.id, { productionId })
    actor.flicker.forget(camera.id)
    return `${this.#nameOf(actor)} ${camera.id} to ${productionId}`
  }

  remove(actor: Actor): string | void {
    const camera = this.#pick(actor.device.client.query.camera.current)
    if (!camera) return
    actor.device.client.mutate.camera.delete(camera.id)
    if (actor.device.client.record('camera', camera.id).current)
      throw new Error('K1: a deleted record is still shown')
    actor.flicker.forget(camera.id)
    return `${this.#nameOf(actor)} ${camera.id}`
  }

  weigh(actor: Actor): string | void {
    const { client } = actor.device
    const productionId = this.#pick(client.query.scale.current)?.productionId
    if (productionId === undefined) return
    const value = ++this.#serial
    client.transaction((tx) => {
      tx.scale.update(`${productionId}-left`, { value })
      tx.scale.update(`${productionId}-right`, { value })
    })
    return `${this.#nameOf(actor)} ${productionId} ${value}`
  }

  count(actor: Actor): string | void {
    const { client } = actor.device
    const tally = this.#pick(client.query.tally.current)
    if (!tally) return
    const amount = 1 + Math.floor(this.#simulation.random() * 9)
    client.mutate.tally.update(tally.id, { total: { $inc: amount } })
    if (client.record('tally', tally.id).current?.total !== tally.total + amount) {
      throw new Error('K1: a count is not shown at once')
    }
    this.#counted += amount
    return `${this.#nameOf(actor)} ${tally.id} ${amount}`
  }

  breakRule(actor: Actor): string | void {
    const camera = this.#pick(actor.device.client.query.camera.current)
    if (!camera) return
    actor.device.client.transaction((tx) => {
      tx.camera.update(camera.id, { note: this.#unique('never') })
      tx.camera.update(camera.id, { productionId: 'nowhere' })
    })
    return `${this.#nameOf(actor)} ${camera.id}`
  }

  joinRoom(actor: Actor): string {
    const id = this.#pick([...PRODUCTIONS, 'mine', 'nowhere']) ?? 'mine'
    if (this.#simulation.random() < 0.15) this.#join(actor, 'lens', 'all')
    else this.#join(actor, 'production', id)
    return `${this.#nameOf(actor)} ${id}`
  }

  leaveRoom(actor: Actor): string | void {
    const channel = this.#pick([...actor.rooms.keys()])
    if (channel === undefined) return
    actor.rooms.get(channel)?.leave()
    actor.rooms.delete(channel)
    return `${this.#nameOf(actor)} ${channel}`
  }

  reload(actor: Actor): string {
    const channels = [...actor.rooms.keys()]
    actor.rooms.clear()
    actor.flicker.attach(actor.device.reload())
    for (const channel of channels) this.#joinChannel(actor, channel)
    return `${this.#nameOf(actor)}`
  }

  // What happens to them

  cut(actor: Actor): string {
    actor.device.wire.cut()
    return this.#nameOf(actor)
  }

  disconnect(actor: Actor): string {
    const isConnected = this.#simulation.random() < 0.5
    actor.device.wire.connected(isConnected)
    return `${this.#nameOf(actor)} ${isConnected}`
  }

  silence(actor: Actor): string {
    const isSilent = this.#simulation.random() < 0.5
    actor.device.wire.silent(isSilent)
    return `${this.#nameOf(actor)} ${isSilent}`
  }

  block(actor: Actor): string {
    const isBlocked = this.#simulation.random() < 0.5
    actor.device.wire.socketsBlocked(isBlocked)
    return `${this.#nameOf(actor)} ${isBlocked}`
  }

  disturb(actor: Actor): string {
    const { random } = this.#simulation
    const faults = {
      delayMs: [1, 5 + random() * 200] as const,
      drop: random() * 0.1,
      duplicate: random() * 0.3,
      reorder: random() * 0.3,
      cut: random() * 0.03,
    }
    actor.device.wire.fault(faults)
    return this.#nameOf(actor)
  }

  psql(): string | void {
    const { server, random } = this.#simulation
    const kind = this.#pick(['camera', 'production', 'photo', 'scale', 'lens', 'move', 'delete', 'create'])
    const cameras = [...(server.state.tables.get('camera')?.keys() ?? [])]
    const camera = this.#pick(cameras)
    const production = this.#pick(PRODUCTIONS) ?? 'p1'
    server.write((tx) => {
      if (kind === 'camera' && camera) tx.update('camera', camera, { name: this.#unique('psql') }, NO_ONE)
      if (kind === 'production') tx.update('production', production, { name: this.#unique('psql') }, NO_ONE)
      if (kind === 'lens') tx.update('lens', 'l1', { name: this.#unique('psql') }, NO_ONE)
      if (kind === 'move' && camera) tx.update('camera', camera, { productionId: production }, NO_ONE)
      if (kind === 'delete' && camera && random() < 0.3) tx.delete('camera', camera, NO_ONE)
      if (kind === 'create')
        tx.create('camera', this.#unique('c'), { productionId: production, name: 'psql', tags: [] }, NO_ONE)
      if (kind === 'scale') {
        const value = ++this.#serial
        tx.update('scale', `${production}-left`, { value }, NO_ONE)
        tx.update('scale', `${production}-right`, { value }, NO_ONE)
      }
    })
    return `${kind} ${camera} ${production}`
  }

  changeRight(): string {
    const { server, random } = this.#simulation
    const user = this.#pick(USERS) ?? 'ana'
    const production = this.#pick(PRODUCTIONS) ?? 'p1'
    const isGranted = random() < 0.6
    server.write((tx) => {
      if (isGranted) tx.grant(user, 'production', production)
      else tx.revoke(user, 'production', production)
    })
    return `${user} ${production} ${isGranted}`
  }

  restart(): void {
    this.#simulation.server.restart()
  }

  forgetLog(): void {
    this.#simulation.server.forgetLog()
  }

  loadAgain(): void {
    this.#simulation.server.reload()
  }

  backUp(): void {
    this.#backup = this.#simulation.server.backup()
  }

  restore(): string | void {
    if (!this.#backup) return 'nothing'
    this.#simulation.server.restore(this.#backup)
    this.#backup = undefined
    // Old names come back with the old database.
    for (const { flicker } of this.#actors) flicker.stop()
  }

  // The laws

  #check(): void {
    for (const actor of this.#actors) {
      this.#checkPairs(actor)
      this.#forgetRefused(actor)
      actor.flicker.check()
    }
  }

  /** A refused name makes way for the one before. */
  #forgetRefused({ device, flicker, refused }: Actor): void {
    for (const { op } of device.client.parked.current) {
      if (refused.has(op.key)) continue
      refused.add(op.key)
      flicker.forget(op.id)
    }
  }

  #checkPairs(actor: Actor): void {
    const scales = actor.device.client.query.scale.current
    if (scales === actor.scales) return
    actor.scales = scales
    const values = new Map<string, number[]>()
    for (const { productionId, value } of scales)
      values.set(productionId, [...(values.get(productionId) ?? []), value])
    for (const [production, [left, right]] of values) {
      if (left !== right)
        throw new Error(
          `L5: ${this.#nameOf(actor)} reads a part of a transaction: ${production} ${left} ${right}`,
        )
    }
  }

  async #quiesce(): Promise<void> {
    this.told.push('quiesce')
    const isQuiet = await this.#simulation.quiesce()
    if (isQuiet) return
    const statuses = this.#actors.map(({ device }) => JSON.stringify(device.client.status.current))
    throw new Error(`C1: the clients do not come to rest:\n${statuses.join('\n')}`)
  }

  #checkEnd(): void {
    this.#check()
    for (const actor of this.#actors) this.#checkEqual(actor)
    this.#checkTallies()
    this.end = JSON.stringify(
      [...this.#simulation.server.state.tables].map(([model, records]) => [model, [...records]]),
    )
  }

  #checkEqual(actor: Actor): void {
    const { client, user } = actor.device
    const { state } = this.#simulation.server
    const expected = new Map<string, object>()
    for (const [channel, room] of actor.rooms) {
      const rows = viewOf(stageSchema, channel, user)?.rows(state)
      if (room.status.current !== 'live') {
        if (room.status.current !== 'gone') throw new Error(`C1: room ${channel} is ${room.status.current}`)
        continue
      }
      if (!rows) throw new Error(`A2: ${user} holds ${channel} without the right`)
      for (const { model, id, record } of rows) expected.set(`${model} ${id}`, { id, ...record.fields })
    }
    compare(`${this.#nameOf(actor)}`, expected, allRows(client))
    if (client.status.current.pending > 0) throw new Error('W3: an outbox is not empty at the end')
  }

  /** Every count that was not refused is in the total once. */
  #checkTallies(): void {
    const parked = this.#actors.flatMap(({ device }) => device.client.parked.current)
    const refused = parked.reduce((sum, { op }) => sum + amountOf(op.fields), 0)
    const expected = this.#counted - refused
    const tallies = [...(this.#simulation.server.state.tables.get('tally')?.values() ?? [])]
    const total = tallies.reduce((sum, { fields }) => sum + Number(fields['total']), 0)
    if (total !== expected)
      throw new Error(
        `W2: the tallies say ${total}, the ops that were not refused ${expected}; refused were ${refused}`,
      )
  }

  #mustShow(actor: Actor, model: 'camera', id: string, field: 'name', value: unknown): void {
    const shown = actor.device.client.record(model, id).current?.[field]
    if (shown !== value)
      throw new Error(`K1: ${model} ${id} shows ${shown} after ${value as string} was written`)
  }

  #join(actor: Actor, model: 'production' | 'lens', id: string | undefined): void {
    const room = actor.device.client.join(model, id ?? 'mine')
    actor.rooms.get(room.channel)?.leave()
    actor.rooms.set(room.channel, room)
  }

  #joinChannel(actor: Actor, channel: string): void {
    const [model = '', id = ''] = channel.split(':')
    this.#join(actor, model === 'Lens' ? 'lens' : 'production', decodeURIComponent(id))
  }

  #unique(word: string): string {
    return `${word}-${++this.#serial}`
  }

  #nameOf(actor: Actor): string {
    return this.#nameOfDevice(actor.device)
  }

  #nameOfDevice(device: SimulatedClient<StageSchema>): string {
    return `${device.user}/${this.#simulation.clients.indexOf(device)}`
  }

  #pick<Item>(items: readonly Item[]): Item | undefined {
    return items[Math.floor(this.#simulation.random() * items.length)]
  }
}

function amountOf(fields: Readonly<Record<string, unknown>> | undefined): number {
  return (fields?.['total'] as { $inc?: number } | undefined)?.$inc ?? 0
}

type Act = (history: History, actor: Actor) => string | void

const ACTIONS: readonly (readonly [weight: number, name: string, act: Act])[] = [
  [14, 'rename', (history, actor) => history.rename(actor)],
  [6, 'annotate', (history, actor) => history.annotate(actor)],
  [8, 'create', (history, actor) => history.create(actor)],
  [2, 'create room', (history, actor) => history.createRoom(actor)],
  [6, 'move', (history, actor) => history.move(actor)],
  [3, 'remove', (history, actor) => history.remove(actor)],
  [10, 'weigh', (history, actor) => history.weigh(actor)],
  [10, 'count', (history, actor) => history.count(actor)],
  [3, 'break a rule', (history, actor) => history.breakRule(actor)],
  [8, 'join', (history, actor) => history.joinRoom(actor)],
  [3, 'leave', (history, actor) => history.leaveRoom(actor)],
  [4, 'reload', (history, actor) => history.reload(actor)],
  [6, 'cut', (history, actor) => history.cut(actor)],
  [4, 'disconnect', (history, actor) => history.disconnect(actor)],
  [2, 'silence', (history, actor) => history.silence(actor)],
  [2, 'block sockets', (history, actor) => history.block(actor)],
  [5, 'disturb', (history, actor) => history.disturb(actor)],
  [12, 'psql', (history) => history.psql()],
  [4, 'change a right', (history) => history.changeRight()],
  [2, 'restart', (history) => history.restart()],
  [1, 'forget the log', (history) => history.forgetLog()],
  [1, 'load again', (history) => history.loadAgain()],
  [0.7, 'back up', (history) => history.backUp()],
  [0.4, 'restore', (history) => history.restore()],
]

function allRows(client: StageClient): Map<string, object> {
  const rows = new Map<string, object>()
  for (const model of Object.keys(stageSchema.models) as (keyof typeof client.query)[]) {
    for (const row of client.query[model].current) rows.set(`${model} ${row.id}`, row)
  }
  return rows
}

function compare(
  who: string,
  expected: ReadonlyMap<string, object>,
  actual: ReadonlyMap<string, object>,
): void {
  const different = [...new Set([...expected.keys(), ...actual.keys()])].filter(
    (key) => canonical(expected.get(key)) !== canonical(actual.get(key)),
  )
  const shown = different
    .slice(0, 5)
    .map((key) => `${key}: ${canonical(actual.get(key))} instead of ${canonical(expected.get(key))}`)
  if (different.length > 0) throw new Error(`C1: ${who} differs from the database:\n${shown.join('\n')}`)
}

function canonical(row: object | undefined): string {
  return row ? JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1))) : 'nothing'
}

/** FNV-1a over all texts. */
function digest(texts: readonly string[]): string {
  let hash = 0x811c9dc5
  for (const text of texts) {
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  }
  return `${texts.length} ${(hash >>> 0).toString(16)}`
}
