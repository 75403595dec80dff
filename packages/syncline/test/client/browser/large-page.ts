/** A page with a large room whose rows the device keeps: what it shows, and what the server sent for it. */
import { type Client, createClient } from '../../../src/client/client.ts'
import { indexedDb } from '../../../src/client/storage/indexed-db/indexed-db.ts'
import { type StageSchema, stageSchema } from '../stage-schema.ts'
import { untilKept } from './until-kept.ts'

const FIRST = 100

let client: Client<StageSchema>
const frames: Record<string, number> = {}

/** Counts the messages of the server by type. */
class CountingWebSocket extends WebSocket {
  constructor(url: string, protocol: string) {
    super(url, protocol)
    this.addEventListener('message', ({ data }) => {
      const [, type = ''] = /^{"type":"(\w+)"/.exec(String(data)) ?? []
      frames[type] = (frames[type] ?? 0) + 1
    })
  }
}

const page = {
  /** Opens the stage, joins a production, and shows the first cameras by name; resolves when it is live. */
  async open(url: string, id: string): Promise<void> {
    const options = { schema: stageSchema, url, user: 'ana', token: 'ana', storage: indexedDb() }
    client = createClient({ ...options, WebSocket: CountingWebSocket as never })
    client.query.camera.orderBy('name').limit(FIRST).subscribe(page.count)
    const room = client.join('production', id)
    await room.whenLive()
  },

  heard: 0,
  count: () => void page.heard++,

  untilKept,

  look(name: string) {
    const cameras = client.query.camera.current
    const named = cameras.filter((camera) => camera.name === name).length
    return { cameras: cameras.length, named, frames, status: client.status.current.status }
  },

  /** Joins and leaves a room with a live query, so many times; returns how many rows were seen. */
  async visit(id: string, times: number): Promise<number> {
    let seen = 0
    for (let time = 0; time < times; time++) {
      const room = client.join('production', id)
      const query = client.query.camera.where({ productionId: id }).orderBy('name')
      const stop = query.subscribe(page.count)
      await room.whenLive()
      seen += query.current.length
      stop()
      room.leave()
    }
    return seen
  },
}

export type LargePage = typeof page

Object.assign(globalThis, { page })
