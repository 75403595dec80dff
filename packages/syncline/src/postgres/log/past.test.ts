import { expect, test } from 'vitest'
import { FINGERPRINT_ROWS, fingerprint, Past, type PastChange } from './past.ts'

const change = (xid: number, seq = xid): PastChange => ({ xid, seq, at: `2026-01-01 00:00:00.${xid}+00` })
const changes = (from: number, upto: number) =>
  Array.from({ length: upto - from }, (_, index) => change(from + index))

function pastOf(held: readonly PastChange[], isWhole = true, capacity = 1_000): Past {
  const past = new Past(capacity)
  past.reset({ births: [{ id: 'first', xid: 1 }], changes: held, isWhole })
  return past
}

test('L4: another change with the same transaction id is another past', () => {
  const here = pastOf(changes(10, 20))
  const elsewhere = pastOf([...changes(10, 19), { ...change(19), at: '2026-01-01 00:00:01+00' }])

  expect(here.fingerprint('20:20:')).not.toBe(elsewhere.fingerprint('20:20:'))
  expect(here.fingerprint('19:19:')).toBe(elsewhere.fingerprint('19:19:'))
})

test('L4: a commit that was lost among later ones is another past', () => {
  const here = pastOf(changes(10, 20))
  const lost = pastOf(changes(10, 20).filter(({ xid }) => xid !== 15))

  expect(here.fingerprint('20:20:')).not.toBe(lost.fingerprint('20:20:'))
  // A cursor that had not seen it does not mind.
  expect(here.fingerprint('15:20:15')).toBe(lost.fingerprint('15:20:15'))
})

test('L4: a life that began before the cursor is another past, even if nothing was logged', () => {
  const past = pastOf(changes(10, 20))
  const before = past.fingerprint('30:30:')

  past.reset({
    births: [
      { id: 'first', xid: 1 },
      { id: 'second', xid: 25 },
    ],
    changes: changes(10, 20),
    isWhole: true,
  })

  expect(past.fingerprint('30:30:')).not.toBe(before)
  expect(past.fingerprint('25:25:')).toBe(before)
})

test('what comes after a snapshot does not change its fingerprint, in whatever order it comes', () => {
  const past = pastOf(changes(10, 50).filter(({ xid }) => xid !== 30))
  const before = past.fingerprint('30:50:30')

  past.add([change(60), change(30), change(55)])

  expect(past.fingerprint('30:50:30')).toBe(before)
  const newest = [change(60), change(55), ...changes(10, 50).reverse()].slice(0, FINGERPRINT_ROWS)
  expect(past.fingerprint('61:61:')).toBe(fingerprint('first', newest))
})

test('what lies further back than memory is unknown, not wrong', () => {
  const past = pastOf(changes(100, 200), false)

  expect(past.fingerprint('200:200:')).not.toBeNull()
  expect(past.fingerprint(`${100 + FINGERPRINT_ROWS}:${100 + FINGERPRINT_ROWS}:`)).not.toBeNull()
  expect(past.fingerprint(`${99 + FINGERPRINT_ROWS}:${99 + FINGERPRINT_ROWS}:`)).toBeNull()
})

test('it forgets the oldest, and knows that it did', () => {
  const past = pastOf([], true, 100)

  for (let xid = 1; xid <= 500; xid++) past.add([change(xid)])

  expect(past.fingerprint('501:501:')).not.toBeNull()
  expect(past.fingerprint('50:50:')).toBeNull()
})

test('L4: as it grows, forgets and is put in order, the newest fingerprint is that of the newest changes', () => {
  const past = pastOf([], true, 40)
  const held: PastChange[] = []
  for (let xid = 1; xid <= 300; xid++) {
    // Every seventh comes late, behind the one after it.
    const ids = xid % 7 === 0 ? [xid + 1, xid] : xid % 7 === 1 && xid > 1 ? [] : [xid]
    past.add(ids.map((id) => change(id)))
    for (const id of ids) held.push(change(id))
    const newest = held.toSorted((a, b) => b.xid - a.xid).slice(0, FINGERPRINT_ROWS)
    const xmax = (newest[0] as PastChange).xid + 1
    expect(past.fingerprint(`${xmax}:${xmax}:`)).toBe(fingerprint('first', newest))
  }
})
