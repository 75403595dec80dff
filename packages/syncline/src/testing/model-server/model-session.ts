/** One connection of the model server: `hello`, joins, pushes, and everything it is owed, in the order of the wire. */
import { deviceHash } from '../../server/frames/device-hash.ts'
import type { CompiledSchema } from '../../schema/model.ts'
import { collapse, type ModelView, viewOf } from './model-channels.ts'
import type { ModelState } from './model-database.ts'
import { type ModelDevice, type ModelOp, OPS_PER_PUSH } from './model-devices.ts'

/** What a session needs of its server. */
export interface ModelHost {
  readonly schema: CompiledSchema
  readonly epoch: string
  state(): ModelState
  device(name: string, user: string): ModelDevice | null
  userOf(token: string | undefined): string | null
  /** The place of a cursor; null when it cannot be continued. */
  openCursor(cursor: string): number | null
  sealCursor(at: number): string
  /** Sends to all what was committed: an ack never says more than the connections were sent. */
  catchUp(): void
  /** Applies a push some time later. */
  push(session: ModelSession, push: ModelPush): void
  random(): number
}

export interface ModelPush {
  readonly ops: readonly ModelOp[]
  readonly after?: string
  readonly read?: number
}

interface Joined {
  readonly view: ModelView
  /** Commits up to here were sent. */
  at: number
}

type Message = { readonly type: string; readonly [field: string]: unknown }

export class ModelSession {
  readonly #host: ModelHost
  readonly #send: (message: object) => void
  readonly #channels = new Map<string, Joined>()
  user: string | undefined
  device = ''

  constructor(host: ModelHost, send: (message: object) => void) {
    this.#host = host
    this.#send = send
  }

  receive(message: Message): void {
    if (message.type === 'hello') return this.#hello(message)
    if (this.user === undefined)
      return this.#send({ type: 'error', code: 'hello_first', message: 'Send hello first.' })
    const channel = message['channel'] as string
    if (message.type === 'join') this.join(channel, message['cursor'] as string | undefined)
    else if (message.type === 'leave') this.#channels.delete(channel)
    else if (message.type === 'push') this.#host.push(this, message as unknown as ModelPush)
    else if (message.type === 'ping') this.#pong()
  }

  /** A session of a single request. */
  identify(user: string, device: string): boolean {
    this.user = user
    this.device = device
    return this.#host.device(device, user) !== null
  }

  join(channel: string, cursor: string | undefined): void {
    const view = viewOf(this.#host.schema, channel, this.user ?? '')
    const rows = view?.rows(this.#host.state())
    if (!view || !rows) {
      return this.#send({
        type: 'error',
        code: 'not_found',
        message: 'There is no such channel, or it is not yours.',
        channel,
      })
    }
    const now = this.#host.state().log.length
    const from = cursor === undefined ? undefined : this.#host.openCursor(cursor)
    if (from === null) this.#send({ type: 'snapshot', channel, reason: 'pruned' })
    if (from === undefined || from === null) this.#load(channel, rows, now)
    else this.#changes(channel, view, from, now, true)
    this.#channels.set(channel, { view, at: now })
    this.#send({ type: 'joined', channel, want: 'rows', cursor: this.#host.sealCursor(now), presence: [] })
  }

  /** Sends what was committed since, or `gone` where the right was lost. */
  catchUp(): void {
    const now = this.#host.state().log.length
    for (const [channel, joined] of Array.from(this.#channels)) {
      if (!joined.view.rows(this.#host.state())) {
        this.#channels.delete(channel)
        this.#send({ type: 'gone', channel, reason: 'not_found' })
      } else this.#changes(channel, joined.view, joined.at, now, false)
      joined.at = now
    }
  }

  /** The cursors can no longer be continued: everything comes again. */
  reload(): void {
    const now = this.#host.state().log.length
    for (const [channel, joined] of Array.from(this.#channels)) {
      const rows = joined.view.rows(this.#host.state())
      if (!rows) continue
      this.#send({ type: 'snapshot', channel, reason: 'truncated' })
      this.#load(channel, rows, now)
      joined.at = now
    }
  }

  ack(device: ModelDevice): void {
    const { lastOp, lastKey, rejections } = device
    this.#send({
      type: 'ack',
      lastOp,
      ...(lastKey !== undefined && { lastKey }),
      rejected: rejections,
      conflicts: [],
    })
  }

  tell(message: object): void {
    this.#send(message)
  }

  #hello({ device, token }: Message): void {
    const user = this.#host.userOf(token as string | undefined)
    if (user === null) return this.#send({ type: 'bye', code: 'unauthenticated', reconnect: false })
    const known = this.#host.device(String(device), user)
    if (!known)
      return this.#send({ type: 'error', code: 'device_taken', message: 'The device is of another user.' })
    this.user = user
    this.device = String(device)
    const { lastOp, lastKey } = known
    this.#send({
      type: 'welcome',
      user: { id: user },
      protocol: 1,
      epoch: this.#host.epoch,
      lastOp,
      ...(lastKey !== undefined && { lastKey }),
      limits: { opsPerPush: OPS_PER_PUSH },
      time: '2026-01-01T00:00:00Z',
      debounceMs: 300,
    })
    this.#host.catchUp()
    this.ack(known)
  }

  #pong(): void {
    const places = [...this.#channels.values()].map(({ at }) => at)
    const cursor = places.length > 0 ? this.#host.sealCursor(Math.min(...places)) : undefined
    this.#send({ type: 'pong', ...(cursor !== undefined && { cursor }) })
  }

  #load(channel: string, rows: NonNullable<ReturnType<ModelView['rows']>>, now: number): void {
    const models = [...new Set(rows.map(({ model }) => model))]
    const chunks = models.flatMap((model) => this.#parts(rows.filter((row) => row.model === model)))
    if (chunks.length === 0) chunks.push([])
    chunks.forEach((chunk, index) => {
      const isLast = index === chunks.length - 1
      const model = this.#host.schema.models[chunk[0]?.model ?? this.#host.schema.roots[0] ?? '']
      const fields = model?.fieldNames ?? []
      this.#send({
        type: 'rows',
        channel,
        model: model?.name,
        columns: ['id', 'version', 'fieldVersions', ...fields],
        rows: chunk.map(({ id, record }) => [
          id,
          record.version,
          { ...record.fieldVersions },
          ...fields.map((field) => record.fields[field] ?? null),
        ]),
        more: !isLast,
        ...(isLast && { cursor: this.#host.sealCursor(now) }),
      })
    })
  }

  #changes(channel: string, view: ModelView, from: number, to: number, isCatchUp: boolean): void {
    const all = view.changes(this.#host.state(), from, to)
    const told = isCatchUp && this.#host.random() < 0.5 ? collapse(all) : all
    const changes = told.map(({ change, author }) => {
      if (author.device === undefined) return change
      const isOwn = author.device === this.device
      const device = deviceHash(author.device, change)
      return { ...change, device, ...(isCatchUp && isOwn && { op: author.op }) }
    })
    if (changes.length === 0) return
    const parts = this.#parts(changes)
    parts.forEach((part, index) => {
      const isLast = index === parts.length - 1
      this.#send({
        type: 'changes',
        channel,
        changes: part,
        ...(isLast ? { cursor: this.#host.sealCursor(to) } : { more: true }),
      })
    })
  }

  /** Cuts a list into parts of random sizes: a client must not notice. */
  #parts<Item>(items: readonly Item[]): Item[][] {
    const parts: Item[][] = []
    for (let at = 0; at < items.length; ) {
      const size = 1 + Math.floor(this.#host.random() * 5)
      parts.push(items.slice(at, at + size))
      at += size
    }
    return parts
  }
}
