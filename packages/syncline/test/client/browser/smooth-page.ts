/** A page that shows a large room in a list of which it draws only what is in view. */
import { type Client, createClient } from '../../../src/client/client.ts'
import { indexedDb } from '../../../src/client/storage/indexed-db/indexed-db.ts'
import { memory } from '../../../src/client/storage/memory.ts'
import type { Storage } from '../../../src/client/storage/storage.ts'
import { type StageSchema, stageSchema } from '../stage-schema.ts'
import { untilKept } from './until-kept.ts'

const IN_VIEW = 40
const ROOM = 'p1'

let client: Client<StageSchema>
let rowsOf = () => [] as readonly { readonly name: string }[]
let from = 0
let draw = () => {}
const kept = memory()

const page = {
  /** Opens the stage and draws; resolves when rows are drawn, and with a server when the room is live. */
  async open(storage: 'indexedDb' | 'memory', url?: string): Promise<void> {
    const storages: Record<typeof storage, Storage> = { indexedDb: indexedDb(), memory: kept }
    const options = { schema: stageSchema, user: 'ana', token: 'ana', storage: storages[storage] }
    client = createClient({ ...options, url: url ?? location.href, autoConnect: url !== undefined })
    const list = document.body.appendChild(document.createElement('ol'))
    const cameras = client.query.camera.where({ productionId: ROOM })
    const first = client.query.camera.orderBy('name').limit(IN_VIEW)
    rowsOf = () => cameras.current
    const drawn = new Promise<void>((resolve) => {
      draw = () => {
        const rows = [...first.current.slice(0, 3), ...rowsOf().slice(from, from + IN_VIEW)]
        list.replaceChildren(...rows.map(drawRow))
        if (rows.length > IN_VIEW) resolve()
      }
    })
    for (const query of [cameras, first]) query.subscribe(() => draw())
    const room = client.join('production', ROOM)
    await (url ? Promise.all([drawn, room.whenLive()]) : drawn)
  },

  /** Scrolls through all of the list, a task for each step. */
  async scroll(steps: number): Promise<void> {
    const { length } = rowsOf()
    for (let step = 0; step < steps; step++) {
      from = Math.floor((length * step) / steps)
      await page.task(draw)
    }
  },

  /** Changes cameras, a task for each; every change is drawn. */
  async edit(times: number): Promise<void> {
    for (let time = 0; time < times; time++) {
      const id = `p1-n${1_000 + time * 500}`
      await page.task(() => void client.mutate.camera.update(id, { name: `edited ${time}` }))
    }
  },

  /** Ends the session once the room is kept; what is in memory is at once. */
  async close(storage: 'indexedDb' | 'memory'): Promise<void> {
    if (storage === 'indexedDb') await untilKept(ROOM)
    client.close()
  },

  look: () => ({
    rows: client.query.camera.current.length,
    edited: client.query.camera.current.filter(({ name }) => name.startsWith('edited')).length,
    drawn: document.querySelectorAll('li').length,
  }),

  /** Does something in a task of its own. */
  task: (work: () => void) =>
    new Promise<void>((resolve) =>
      setTimeout(() => {
        work()
        resolve()
      }),
    ),
}

function drawRow({ name }: { readonly name: string }): HTMLElement {
  const item = document.createElement('li')
  item.textContent = name
  return item
}

export type SmoothPage = typeof page

Object.assign(globalThis, { page })
