/**
 * G8 on the device: real clients in a process of their own, which were away.
 *
 *   remember      joins a room, keeps what a device would have stored, and goes away
 *   catch-up      a client with that storage connects; ms until the room is live again
 *   raw-catch-up  the reference: a socket opens, one frame comes, is parsed and applied to a map
 */
import {
  createClient,
  type KeptRoom,
  type Storage,
  type StorageWrite,
  type StoredRoom,
} from 'syncline/client'
import { WebSocket } from 'ws'
import { serve } from '../harness/child.ts'
import { schema } from '../harness/stage-schema.ts'

interface Target {
  readonly port: number
  readonly token: string
}

type Request =
  | { kind: 'remember'; target: Target }
  | { kind: 'catch-up'; target: Target; name: string }
  | { kind: 'raw-catch-up'; port: number }

let remembered: StoredRoom | undefined

const read: KeptRoom['read'] = (take) => {
  take([...(remembered?.records ?? [])])
  return undefined
}

/** Always opens with what was remembered, and forgets what it is given. */
function frozen(onWrite: (write: StorageWrite) => void): Storage {
  return {
    open: () => ({
      device: undefined,
      commit: async (write) => onWrite(write),
      loadRoom: () => remembered && { ...remembered, read },
      purge: async () => {},
    }),
  }
}

function connect({ port, token }: Target, onWrite: (write: StorageWrite) => void = () => {}) {
  const url = `ws://127.0.0.1:${port}/sync`
  const client = createClient({ schema, url, token, storage: frozen(onWrite) })
  return { client, room: client.join('production', 'production-1') }
}

async function remember({ target }: Extract<Request, { kind: 'remember' }>): Promise<number> {
  let stored: StoredRoom | undefined
  const { client, room } = connect(target, (write) => {
    if (write.room?.type === 'replace') stored = write.room.room
  })
  await room.whenLive()
  client.close()
  if (!stored) throw new Error('The client stored no room.')
  const records = [...stored.records]
  remembered = { ...stored, records }
  return records.length
}

async function catchUp({ target, name }: Extract<Request, { kind: 'catch-up' }>) {
  const start = performance.now()
  const { client, room } = connect(target)
  await room.whenLive()
  const ms = performance.now() - start
  const lacking = client.query.camera.current.filter((camera) => camera.name !== name)
  client.close()
  if (lacking.length > 0) throw new Error(`${lacking.length} changes are missing.`)
  return { ms }
}

interface RawChange {
  readonly id: string
  readonly fields: Record<string, unknown>
}

async function rawCatchUp({ port }: Extract<Request, { kind: 'raw-catch-up' }>) {
  const records = [...(remembered?.records ?? [])].filter(({ model }) => model === 'camera')
  const rows = new Map(records.map(({ fields }) => [fields.id, fields]))
  const start = performance.now()
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`)
  const text = await new Promise<string>((resolve, reject) => {
    socket.once('message', (data) => resolve(String(data)))
    socket.once('error', reject)
  })
  for (const { id, fields } of (JSON.parse(text) as { changes: RawChange[] }).changes)
    rows.set(id, { ...rows.get(id), ...fields, id })
  const ms = performance.now() - start
  socket.terminate()
  return { ms }
}

serve((request: Request): Promise<unknown> => {
  if (request.kind === 'remember') return remember(request)
  return request.kind === 'catch-up' ? catchUp(request) : rawCatchUp(request)
})
