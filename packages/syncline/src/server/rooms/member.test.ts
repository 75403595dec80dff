import { expect, test } from 'vitest'
import type { LogRow } from '../../postgres/log-row.ts'
import { Frame } from '../frames/frame.ts'
import type { Outlet } from '../outlet.ts'
import { Delivery } from './delivery.ts'
import { Member } from './member.ts'

/** An outlet that keeps what it was given, as the names of the changes. */
function recorder() {
  const names: string[] = []
  const outlet: Outlet = {
    send: (frame: Frame) =>
      void names.push(...JSON.parse(frame.text).changes.map(({ id }: { id: string }) => id)),
    waitingBytes: 0,
    drained: async () => {},
    close() {},
  }
  return { names, outlet }
}

/** A member that keeps what it was told. */
class ToldMember extends Member {
  readonly user = { id: 'ana' }
  readonly outlet: Outlet
  readonly events: string[] = []

  constructor(outlet: Outlet) {
    super()
    this.outlet = outlet
  }

  protected onReload(reason: string): void {
    this.events.push(`reload ${reason}`)
  }

  protected onGone(): void {
    this.events.push('gone')
  }

  protected onFailed(error: unknown): void {
    this.events.push(`failed ${error}`)
  }
}

function memberWith(outlet: Outlet) {
  const member = new ToldMember(outlet)
  return { member, events: member.events }
}

const row = (id: string, xid: number) =>
  ({
    xid: String(xid),
    at: '',
    room: 'R:1',
    model: 'm',
    id,
    action: 'update',
    fields: '{}',
    version: 1,
    fieldVersions: null,
    actor: null,
    source: 'app',
    device: null,
    op: null,
    marks: null,
  }) satisfies LogRow

/** The batch from one snapshot to the next, with one change of each transaction. */
const batch = (
  from: number,
  to: number,
  ids: Record<string, number>,
  guard = 0,
  reload: string | null = null,
) =>
  new Delivery(
    'R:1',
    Object.entries(ids).map(([id, xid]) => row(id, xid)),
    { from: `${from}:${from}:`, to: `${to}:${to}:`, cursor: 'C' },
    guard,
    reload,
  )

test('L2: what arrives while joining is sent after the first load, if that did not hold it', () => {
  const { names, outlet } = recorder()
  const { member } = memberWith(outlet)

  member.deliver(batch(10, 12, { inside: 11 }))
  member.deliver(batch(12, 15, { seen: 12, unseen: 14 }))
  member.deliver(batch(15, 16, { after: 15 }))
  member.stand('13:13:', 0)

  expect(names).toEqual(['unseen', 'after'])
  expect(member.state).toBe('live')
})

test('L2: a batch that straddles the load is filtered once, and what follows is not', () => {
  const { names, outlet } = recorder()
  const { member } = memberWith(outlet)
  member.stand('13:13:', 0)

  member.deliver(batch(10, 13, { inside: 11 }))
  member.deliver(batch(13, 15, { next: 13 }))
  member.deliver(batch(15, 17, { last: 16 }))

  expect(names).toEqual(['next', 'last'])
})

test('A2: behind a guard nothing is sent until a check that is late enough has passed', () => {
  const { names, outlet } = recorder()
  const { member } = memberWith(outlet)
  member.stand('10:10:', 0)

  member.guard(1)
  member.deliver(batch(10, 11, { first: 10 }, 1))
  member.guard(2)
  member.deliver(batch(11, 12, { second: 11 }, 2))
  member.pass(1)
  const afterFirstCheck = [...names]
  member.pass(2)

  expect(afterFirstCheck).toEqual(['first'])
  expect(names).toEqual(['first', 'second'])
  expect(member.state).toBe('live')
})

test('A2: who loses the right while held gets nothing of what was held', () => {
  const { names, outlet } = recorder()
  const { member, events } = memberWith(outlet)
  member.stand('10:10:', 0)

  member.guard(1)
  member.deliver(batch(10, 11, { secret: 10 }, 1))
  member.lose()
  member.deliver(batch(11, 12, { later: 11 }, 1))
  member.pass(1)

  expect(names).toEqual([])
  expect(events).toEqual(['gone'])
})

test('a right that was checked before a guarding change does not count after it', () => {
  const { names, outlet } = recorder()
  const { member } = memberWith(outlet)

  member.guard(1)
  member.deliver(batch(10, 11, { guarded: 10 }, 1))
  member.stand('10:10:', 0)

  expect(names).toEqual([])
  expect(member.state).toBe('held')
})

test('L4: too many changes while held, or a room that overflows, load the room again', () => {
  const { names, outlet } = recorder()
  const { member, events } = memberWith(outlet)
  member.stand('10:10:', 0)
  member.guard(1)
  const many = Object.fromEntries(Array.from({ length: 20_001 }, (_, index) => [`id ${index}`, 10]))

  member.deliver(batch(10, 11, many, 1))
  member.stand('12:12:', 1)
  member.deliver(batch(12, 13, {}, 1, 'truncated'))

  expect(names).toEqual([])
  expect(events).toEqual(['reload too_many_changes', 'reload truncated'])
  expect(member.state).toBe('joining')
})

test('too many changes while joining load the room again afterwards', () => {
  const { outlet } = recorder()
  const { member, events } = memberWith(outlet)
  const many = Object.fromEntries(Array.from({ length: 20_001 }, (_, index) => [`id ${index}`, 10]))

  member.deliver(batch(10, 11, many))
  member.stand('10:10:', 0)

  expect(events).toEqual(['reload too_many_changes'])
})

test('A2: what a look at rights finds is sent also while nothing is written, and repeats no batch', () => {
  const { names, outlet } = recorder()
  const { member } = memberWith(outlet)
  member.stand('13:13:', 0)

  member.deliver(batch(13, 13, { found: Number.MAX_SAFE_INTEGER }))
  member.deliver(batch(12, 12, { foundBehind: Number.MAX_SAFE_INTEGER }))
  member.deliver(batch(12, 15, { seen: 12, unseen: 14 }))

  expect(names).toEqual(['found', 'foundBehind', 'unseen'])
})
