import { expect, test } from 'vitest'
import { MarkerMember } from './marker-member.ts'
import { MarkerNotice } from './marker-notice.ts'
import { refreshOf } from './marks.ts'

function setUp() {
  const told: string[] = []
  const member = new MarkerMember(
    { id: 'ana' },
    { onMarkers: ({ cursor }) => void told.push(cursor), onGone: () => void told.push('gone') },
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
