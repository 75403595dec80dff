import { expect, test } from 'vitest'
import { AlongReads } from './along-reads.ts'
import type { ChangeRow } from './change-row.ts'

const change = (xid: number): ChangeRow => ({
  seq: '7',
  xid: `${xid}`,
  at: '2026-01-02 03:04:05.6+00',
  room: 'Production:one',
  model: 'camera',
  id: 'a',
  action: 'update',
  fields: '{"name": "new"}',
  version: 2,
  field_versions: null,
  actor: 'ana',
  source: 'app',
  device: 'd',
  op: '1',
  marks: null,
})
const place = (position: string, numbered = 7) => [
  { position, readAt: '1700000000000000', numbered: `${numbered}` },
]
/** The reads of a writer that has written before: it knows the last number of the log, which was 6. */
const begun = () => {
  const reads = new AlongReads()
  reads.begin('99:99:', 'life').resultOf(place('100:100:', 6), [{ ...change(99), seq: '6' }])
  return reads
}
/** Whether the writer's read behind `from` is a short one. */
const isShort = (reads: AlongReads, from: string) => {
  const { statement, shortStatement } = reads.begin(from, 'life')
  return statement !== shortStatement
}

test('L1: the change of the only transaction since is handed on, and the position stands right behind it', () => {
  const read = begun().begin('100:100:', 'life')

  expect(read.resultOf(place('101:101:'), [change(100)])).toMatchObject({
    position: '101:101:',
    life: 'life',
    readAtMicros: 1_700_000_000_000_000,
    rows: [{ xid: '100', id: 'a', fields: '{"name": "new"}', op: 1 }],
    past: [{ xid: 100, seq: 7 }],
  })
})

test('L1: all that the transaction has logged is handed on', () => {
  const read = begun().begin('100:100:', 'life')
  const result = read.resultOf(place('101:101:', 8), [
    change(100),
    { ...change(100), seq: '8', room: 'Production:two' },
  ])

  expect(result?.rows.map(({ room }) => room)).toEqual(['Production:one', 'Production:two'])
  expect(result?.past?.map(({ seq }) => seq)).toEqual([7, 8])
})

test.each([
  ['another one has ended behind it', '102:102:', 100],
  ['another one above it has ended, and it is not the last', '101:103:101', 100],
  ['another one came before it', '102:102:', 101],
])('L1: it is read again when %s', (_what, position, xid) => {
  const read = begun().begin('100:100:', 'life')
  expect(read.resultOf(place(position), [change(xid)])).toBeNull()
})

test.each([
  ['has logged a row before', '8', 8],
  ['has logged a row behind', '7', 8],
  ['has logged rows on both sides', '8', 9],
])(
  'L1: it is read again when something else in the transaction %s, and only then',
  (_what, seq, numbered) => {
    const reads = begun()
    expect(
      reads.begin('100:100:', 'life').resultOf(place('101:101:', numbered), [{ ...change(100), seq }]),
    ).toBeNull()

    const next = { ...change(101), seq: `${numbered + 1}` }
    expect(reads.begin('101:101:', 'life').resultOf(place('102:102:', numbered + 1), [next])).not.toBeNull()
  },
)

test('L1: the first one is read again: nothing is known of the numbers before', () => {
  const reads = new AlongReads()
  expect(reads.begin('100:100:', 'life').resultOf(place('101:101:'), [change(100)])).toBeNull()

  reads.note([
    { xid: 101, seq: 8, at: '' },
    { xid: 101, seq: 9, at: '' },
  ])
  const behind = [{ ...change(102), seq: '10' }]
  expect(reads.begin('102:102:', 'life').resultOf(place('103:103:', 10), behind)).not.toBeNull()
})

test('a read is short only from a position at which nothing was open, and while nobody else writes', () => {
  const reads = new AlongReads()
  expect(isShort(reads, '100:100:')).toBe(true)
  expect(isShort(reads, '90:100:90')).toBe(false)

  reads.begin('100:100:', 'life').resultOf(place('102:102:'), [change(101)])
  expect(isShort(reads, '102:102:')).toBe(false)
  reads.begin('102:102:', 'life').resultOf([], [change(102)])
  expect(isShort(reads, '103:103:')).toBe(true)
})

test('what the tail itself writes makes one read a whole one, and tells nothing of others', () => {
  const reads = new AlongReads()
  reads.between(() => {})
  const { statement, shortStatement, resultOf } = reads.begin('100:100:', 'life')
  expect(shortStatement).toBe(statement)
  resultOf([], [change(101)])
  expect(isShort(reads, '102:102:')).toBe(true)
})

test('it writes between two reads', () => {
  const reads = new AlongReads()
  let written = 0
  // A whole read is not in vain.
  reads.begin('90:100:90', 'life')
  reads.between(() => written++)
  expect(written).toBe(1)
  written = 0
  reads.begin('100:100:', 'life')
  reads.begin('100:100:', 'life')
  reads.between(() => written++)
  expect(written).toBe(0)

  reads.end()

  expect(written).toBe(1)
  expect(isShort(reads, '101:101:')).toBe(false)
  reads.end()
  expect(written).toBe(1)
  expect(isShort(reads, '102:102:')).toBe(true)
})
