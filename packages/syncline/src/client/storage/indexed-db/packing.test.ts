import { expect, test } from 'vitest'
import type { StoreRecord } from '../../store/store-record.ts'
import { pack } from './packing.ts'

const camera = (serial: number, fieldVersions: Record<string, number>): StoreRecord => ({
  model: 'camera',
  version: 3,
  fieldVersions,
  fields: { id: `c${serial}`, productionId: 'p1', name: `Camera ${serial}` },
})

test('what many records have in common is written once', () => {
  const records = [camera(1, {}), camera(2, { name: 3 }), camera(3, {}), camera(4, { name: 3 })]

  const groups = JSON.parse(pack(records)) as unknown

  expect(groups).toEqual([
    {
      model: 'camera',
      ids: ['c1', 'c2', 'c3', 'c4'],
      columns: { productionId: ['p1'], name: ['Camera 1', 'Camera 2', 'Camera 3', 'Camera 4'] },
      wire: [],
      versions: [3],
      entered: [null],
      stamps: [{}, { name: 3 }],
      stampOf: [0, 1, 0, 1],
    },
  ])
})
