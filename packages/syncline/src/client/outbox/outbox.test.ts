import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nextBatch } from './batch.ts'
import {
  acknowledge,
  dismiss,
  emptyOutbox,
  enqueue,
  type OpDraft,
  type Outbox,
  type QueuedOp,
} from './outbox.ts'
import { recognise, renamed } from './recognise.ts'

const draft = (id: string): OpDraft => ({
  model: 'camera',
  id,
  action: 'update',
  fields: { name: id },
  schema: 1,
  at: '',
})
const limits = { ops: 3, characters: 10_000, bytes: 10_000 }

/** An outbox with transactions of these sizes. */
function outboxOf(...sizes: number[]): Outbox {
  let keys = 0
  let outbox = emptyOutbox('device')
  for (const size of sizes) {
    const drafts = Array.from({ length: size }, (_, index) => draft(`c${index}`))
    outbox = enqueue(outbox, drafts, () => `key-${++keys}`).outbox
  }
  return outbox
}

test('numbers have no gaps, and a transaction names its last op', () => {
  const { ops } = outboxOf(1, 3, 1)

  expect(ops.map(({ n, tx }) => [n, tx])).toEqual([
    [1, undefined],
    [2, 4],
    [3, 4],
    [4, 4],
    [5, undefined],
  ])
})

test('a batch never parts a transaction, and names the key before it', () => {
  const outbox = outboxOf(1, 3, 1)

  expect(nextBatch(outbox, 0, 5, limits)).toMatchObject({ ops: [{ n: 1 }], after: undefined })
  expect(nextBatch(outbox, 1, 5, limits)).toMatchObject({
    ops: [{ n: 2 }, { n: 3 }, { n: 4 }],
    after: 'key-1',
  })
  expect(nextBatch(outbox, 4, 5, limits)).toMatchObject({ ops: [{ n: 5 }], after: 'key-4' })
  expect(nextBatch(outbox, 5, 5, limits)).toBeUndefined()
})

test('what is not stored is not sent', () => {
  expect(nextBatch(outboxOf(1, 2), 0, 0, limits)).toBeUndefined()
  expect(nextBatch(outboxOf(1, 2), 0, 2, limits)).toMatchObject({ ops: [{ n: 1 }] })
})

test('W2, W3: whatever the limits, batches bring every op once and in order, and the content of what fits', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 20 }),
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 100, max: 900 }),
      (sizes, ops, bytes) => {
        const outbox = outboxOf(...sizes)
        const sent: QueuedOp[] = []
        for (let through = 0; ; through = sent.at(-1)?.n ?? 0) {
          const batch = nextBatch(outbox, through, outbox.drawn, { ops, characters: 400, bytes })
          if (!batch) break
          expect(batch.ops.length).toBeLessThanOrEqual(ops)
          sent.push(...batch.ops)
        }

        const fits = ({ n, tx = n }: QueuedOp) => {
          const whole = outbox.ops.filter((op) => (op.tx ?? op.n) === tx)
          return whole.length <= ops && JSON.stringify(whole).length <= bytes
        }
        expect(sent.map(({ n }) => n)).toEqual(outbox.ops.map(({ n }) => n))
        expect(sent.filter(({ fields }) => fields)).toEqual(outbox.ops.filter(fits))
      },
    ),
  )
})

test('W4: a transaction with too many ops goes without its content, also when some of it was acknowledged so', () => {
  const outbox = outboxOf(1, 5, 1)
  const hollow = (n: number) => ({ n, key: `key-${n}`, model: 'camera', id: `c${n - 2}`, action: 'update' })

  const first = nextBatch(outbox, 1, 7, limits)
  const { outbox: later } = acknowledge(outbox, 4, [], 0)
  const rest = nextBatch(later, 4, 7, limits)

  expect(first).toMatchObject({ ops: [hollow(2), hollow(3), hollow(4)], after: 'key-1', count: 3 })
  expect(first?.ops.some(({ fields, tx }) => fields || tx)).toBe(false)
  expect(rest).toMatchObject({ ops: [hollow(5), hollow(6), { n: 7, fields: {} }] })
})

test('W3, W4: a refused op is parked with its values, and the others go on', () => {
  const rejected = [{ n: 2, code: 'constraint', message: 'No.', field: 'name' }]

  const { outbox, applied, parked } = acknowledge(outboxOf(1, 1, 1, 1), 3, rejected, 0)

  expect(applied.map(({ n }) => n)).toEqual([1, 3])
  expect(parked).toMatchObject([
    { op: { n: 2, fields: { name: 'c0' } }, reason: { code: 'constraint', field: 'name' } },
  ])
  expect(outbox).toMatchObject({ lastOp: 3, lastKey: 'key-3', ops: [{ n: 4 }], read: 2 })
  expect(dismiss(outbox, 'key-2').parked).toEqual([])
})

test('an ack that comes again changes nothing', () => {
  const rejected = [{ n: 1, code: 'constraint', message: 'No.' }]
  const { outbox } = acknowledge(outboxOf(1, 1), 2, rejected, 0)

  const again = acknowledge(outbox, 2, rejected, 0)

  expect(again.outbox).toEqual(outbox)
  expect(again.applied).toEqual([])
  expect(again.parked).toEqual([])
})

test('a device goes on where the server stands', () => {
  const { outbox } = acknowledge(outboxOf(1, 1, 1), 1, [], 0)

  expect(recognise(outbox, 1, 'key-1')).toBe(outbox)
  expect(recognise(outbox, 3, 'key-3')).toBe(outbox)
})

test('a device whose numbers somebody else used is a copy', () => {
  const outbox = outboxOf(1, 1)

  expect(recognise(outbox, 2, 'foreign')).toBeUndefined()
  expect(recognise(outbox, 9, 'foreign')).toBeUndefined()
})

test('a restored database gets again what it had acknowledged', () => {
  const { outbox } = acknowledge(outboxOf(1, 1, 1, 1), 3, [], 0)

  const restored = recognise(outbox, 1, 'key-1')

  expect(restored).toMatchObject({
    lastOp: 1,
    lastKey: 'key-1',
    ops: [{ n: 2 }, { n: 3 }, { n: 4 }],
  })
})

test('acknowledged ops are kept for 7 days', () => {
  const day = 24 * 60 * 60 * 1000
  const { outbox: first } = acknowledge(outboxOf(1, 1), 1, [], 0)

  expect(acknowledge(first, 2, [], 6 * day).outbox.kept.map(({ op }) => op.n)).toEqual([1, 2])
  expect(acknowledge(first, 2, [], 8 * day).outbox.kept.map(({ op }) => op.n)).toEqual([2])
})

test('W3: a copy takes a new name and parks what it had not sent', () => {
  const { outbox, parked } = renamed(outboxOf(1, 1), 'other', { code: 'device_copied', message: 'Copied.' })

  expect(outbox).toMatchObject({ device: 'other', drawn: 0, lastOp: 0, ops: [] })
  expect(parked.map(({ op, device }) => [op.n, device])).toEqual([
    [1, 'device'],
    [2, 'device'],
  ])
  expect(outbox.parked).toEqual(parked)
})
