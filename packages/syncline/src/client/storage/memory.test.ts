import { expect, test } from 'vitest'
import type { StoreRecord } from '../store/store-record.ts'
import { memory } from './memory.ts'
import type { KeptRoom, RoomWrite } from './storage.ts'

const channel = 'Production:p1'
const camera = (id: string, version = 1): StoreRecord => ({
  model: 'camera',
  version,
  fieldVersions: {},
  enteredAt: 1,
  fields: { id, productionId: 'p1', name: `${id} ${version}` },
})

test('records that come and go for days leave nothing behind, and the room stays what it was', async () => {
  const storage = await memory().open('ana')
  const write = (room: RoomWrite) => storage.commit({ room })
  const room = { channel, cursor: 'k0', schema: 's', records: [camera('c1'), camera('c2')] }
  await write({ type: 'replace', channel, room })
  const change = { type: 'change', channel, cursor: 'k1' } as const
  for (let turn = 0; turn < 5_000; turn++) {
    await write({ ...change, put: [camera(`t${turn}`), camera('c2', turn)], remove: [] })
    await write({ ...change, put: [], remove: [{ model: 'camera', id: `t${turn}` }] })
  }

  const kept = (await storage.loadRoom(channel)) as KeptRoom & { readonly changed: Map<string, unknown> }
  const names: unknown[] = []
  await kept.read((records) => void names.push(...records.map(({ fields }) => fields['name'])))

  expect(names.sort()).toEqual(['c1 1', 'c2 4999'])
  expect(kept.cursor).toBe('k1')
  expect(kept.changed.size).toBeLessThan(2_000)
})
