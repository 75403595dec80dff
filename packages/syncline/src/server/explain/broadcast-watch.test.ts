import { expect, test } from 'vitest'
import type { LogRow } from '../../postgres/log-row.ts'
import { defineSchema, model, reference, text } from '../../schema/index.ts'
import { Ids } from '../ids/ids.ts'
import { broadcastsOf } from './broadcast-watch.ts'

const schema = defineSchema({
  models: {
    folder: model('folders', { name: text() }, { broadcastsTo: ['all'] }),
    file: model('files', { folderId: reference('folder') }, { broadcastsTo: ['folder'] }),
  },
})
const ids = new Ids(schema, 'a secret of this test')

test('channels are named as clients write them, whatever the ids hold', () => {
  const row = (of: string, id: string, marks: readonly string[]) =>
    ({
      model: of,
      id,
      action: 'update',
      fields: null,
      at: '2026-01-01',
      marks: JSON.stringify(marks),
    }) as LogRow
  const rows = [
    row('folder', 'a/b', []),
    row('file', 'f 1', ['Folder:a/b', 'Folder:a/b/files']),
    row('file', 'all', ['Folder:c', 'Folder:c/files']),
  ]

  const channels = broadcastsOf(schema, ids, { rows } as never).map(({ channel }) => channel)

  expect(channels).toEqual([
    'Folder:a%2Fb',
    'Folder:all',
    'File:f%201',
    'Folder:a%2Fb/files',
    'File:%61ll',
    'Folder:c',
    'Folder:c/files',
  ])
})

test('an emptied table is shown too, with everything that its records mark', () => {
  const rows = [{ model: 'file', id: '', action: 'truncate', fields: null, at: '2026-01-01', marks: null }]

  const broadcasts = broadcastsOf(schema, ids, { rows } as never)

  expect(broadcasts).toEqual([
    { channel: 'File:all', action: 'refresh', props: ['files'], record: 'update' },
    { channel: 'Folder:all', action: 'refresh', props: ['folders'], record: 'update' },
  ])
})
