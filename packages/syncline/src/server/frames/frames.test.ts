import { expect, test } from 'vitest'
import type { LogRow } from '../../postgres/log-row.ts'
import { changeWriter } from './change-text.ts'
import { changeFrame, changesFrames } from './changes-frames.ts'
import { deviceHash } from './device-hash.ts'
import { rowsFrames } from './rows-frames.ts'

const sharedChangeText = changeWriter(null)
const privateChangeText = (row: LogRow, device: string) => changeWriter(device)(row)

const row: LogRow = {
  xid: '700',
  at: '2026-11-21T01:02:03.000004Z',
  room: 'Production:p 1',
  model: 'camera',
  id: 'c"1',
  action: 'update',
  fields: '{"name":"B","zoom":1.50}',
  version: 6,
  fieldVersions: null,
  actor: 'ana',
  source: 'app',
  device: 'device-1',
  op: 7,
  marks: null,
}

test('a change is built from the log row, its fields untouched', () => {
  expect(sharedChangeText({ ...row, device: null, op: null })).toBe(
    '{"model":"camera","id":"c\\"1","action":"update","fields":{"name":"B","zoom":1.50},"version":6,' +
      '"at":"2026-11-21T01:02:03.000004Z","actor":"ana","source":"app"}',
  )
})

test('A1: a shared change names its device by a keyed hash and its op not at all', () => {
  const change = JSON.parse(sharedChangeText(row))

  expect(change.device).toBe(deviceHash('device-1', row))
  expect(change.device).not.toBe(deviceHash('device-2', row))
  expect(Buffer.from(change.device, 'base64url')).toHaveLength(16)
  expect(change).not.toHaveProperty('op')
})

test('the op stands in what its own device alone receives', () => {
  expect(JSON.parse(privateChangeText(row, 'device-1')).op).toBe(7)
  expect(JSON.parse(privateChangeText(row, 'device-2'))).not.toHaveProperty('op')
})

test('each change has its own model and author, whatever the one before had', () => {
  const write = changeWriter(null)
  const rows = [row, { ...row, model: 'lens' }, { ...row, actor: null }, { ...row, source: 'psql' }, row]

  const changes = rows.map((each) => JSON.parse(write(each)))

  expect(changes.map(({ model, actor, source }) => ({ model, actor, source }))).toEqual(
    rows.map(({ model, actor, source }) => ({ model, actor, source })),
  )
})

test('a leave carries id and version only', () => {
  const change = JSON.parse(sharedChangeText({ ...row, action: 'leave', fields: null, device: null }))

  expect(Object.keys(change)).toEqual(['model', 'id', 'action', 'version', 'at', 'actor', 'source'])
})

test('one change makes the message that it makes among changes', () => {
  const [message] = changesFrames('Production:"1"', [row], 'C')

  expect(changeFrame('Production:"1"', row, 'C').text).toBe(message?.text)
})

test('L5: a big batch is cut into parts of which only the last has the cursor', () => {
  const fields = JSON.stringify({ text: 'x'.repeat(60_000) })
  const rows = Array.from({ length: 10 }, (_, index) => ({ ...row, id: String(index), fields }))

  const messages = Array.from(changesFrames('Production:1', rows, 'C'), (frame) => JSON.parse(frame.text))

  expect(messages.length).toBeGreaterThan(1)
  expect(messages.slice(0, -1).every(({ more, cursor }) => more === true && cursor === undefined)).toBe(true)
  expect(messages.at(-1)).toMatchObject({ cursor: 'C' })
  expect(messages.at(-1)).not.toHaveProperty('more')
  expect(messages.flatMap((message) => message.changes.map(({ id }: { id: string }) => id))).toEqual(
    rows.map(({ id }) => id),
  )
})

const table = (model: string, chunks: string[] = []) => ({
  model,
  columns: ['id', 'version', 'fieldVersions', 'name'],
  chunks,
  count: chunks.length,
})

test('an empty room sends one chunk without rows', () => {
  const frames = rowsFrames('Production:1', [table('production'), table('camera')], 'C')

  expect(frames.map((frame) => JSON.parse(frame.text))).toEqual([
    {
      type: 'rows',
      channel: 'Production:1',
      model: 'production',
      columns: table('').columns,
      rows: [],
      more: false,
      cursor: 'C',
    },
  ])
})

test('exactly one chunk of all models has the cursor', () => {
  const tables = [
    table('production', ['["1",1,null,"A"]']),
    table('camera', ['["1",1,null,"B"],["2",1,null,"C"]', '["3",1,null,"D"]']),
    table('photo'),
  ]

  const chunks = rowsFrames('Production:1', tables, 'C').map((frame) => JSON.parse(frame.text))

  expect(chunks.map(({ more }) => more)).toEqual([true, true, false])
  expect(chunks.filter(({ cursor }) => cursor === 'C')).toHaveLength(1)
  expect(chunks.flatMap(({ rows }) => rows)).toHaveLength(4)
})
