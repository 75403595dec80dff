import { expect, test } from 'vitest'
import { MarkerMember } from './marker-member.ts'
import { MarkerNotice } from './marker-notice.ts'
import { refreshOf } from './marks.ts'

function setUp() {
  const told: string[] = []
  const member = new MarkerMember(
    { id: 'ana' },
    {
      onMarkers: ({ cursor }) => void told.push(cursor),
      onGone: () => void told.push('gone'),
      onFailed: (error) => void told.push(`failed ${error}`),
    },
  )
  const notice = (name: string, guard: number) =>
    new MarkerNotice('Account:1', refreshOf('account'), name, guard)
  member.stand(0)
  return { member, told, notice }
}

test('A1: a notice waits for a check as late as its own batch, however many checks pass before', () => {
  const { member, told, notice } = setUp()
  member.deliver(notice('before', 0))
  member.guard(1)
  member.deliver(notice('first', 1))
  member.guard(2)
  member.deliver(notice('second', 2))

  member.pass(1)
  expect(told).toEqual(['before', 'first'])
  member.lose()

  expect(told).toEqual(['before', 'first', 'gone'])
})

test('A1: between two checks nothing is told at once', () => {
  const { member, told, notice } = setUp()
  member.guard(1)
  member.guard(2)
  member.pass(1)
  member.deliver(notice('late', 2))
  expect(told).toEqual([])

  member.pass(2)

  expect(told).toEqual(['late'])
})

test('a member that moves to another room waits for a check there, whatever it has passed before', () => {
  const { member, told, notice } = setUp()
  for (const guard of [1, 2, 3]) member.guard(guard)
  member.pass(2)
  member.deliver(notice('of the former room', 3))

  member.move(1)
  member.deliver(notice('first', 1))
  member.guard(2)
  member.deliver(notice('second', 2))
  expect(told).toEqual([])
  member.pass(1)
  expect(told).toEqual(['first'])
  member.pass(2)
  member.deliver(notice('at once', 2))

  expect(told).toEqual(['first', 'second', 'at once'])
  expect(member.state).toBe('live')
})

test('a member that moves while it joins stands once it was checked in its new room', () => {
  const told: string[] = []
  const events = {
    onMarkers: ({ cursor }: MarkerNotice) => void told.push(cursor),
    onGone: () => {},
    onFailed: () => {},
  }
  const member = new MarkerMember({ id: 'ana' }, events)
  member.guard(7)

  member.move(2)
  member.deliver(new MarkerNotice('Account:mine', refreshOf('account'), 'list', 2))
  member.stand(-1)
  expect(told).toEqual([])
  member.pass(2)

  expect(told).toEqual(['list'])
  expect(member.state).toBe('live')
})
