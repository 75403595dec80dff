import { expect, test } from 'vitest'
import type { User } from '../../protocol/user.ts'
import { silentLogger } from '../logger.ts'
import { CheckedRight } from './checked-right.ts'
import { type Readership, Room } from './room.ts'

const ADMIN: User = { id: '1', admin: true }
const NO_ADMIN: User = { id: '1', admin: false }

/** Checks that wait for `answer`; each says who may read and whom it was asked about. */
function checks() {
  const asked: User[][] = []
  const waiting: (() => void)[] = []
  const check = (users: readonly User[]) => {
    asked.push([...users])
    return new Promise<Readership>((resolve) =>
      waiting.push(() =>
        resolve({ readers: new Set(users.filter(({ admin }) => admin === true)), failed: new Map() }),
      ),
    )
  }
  return { asked, check, answer: () => waiting.shift()?.() }
}

function memberOf(user: User) {
  const told: string[] = []
  return {
    user,
    seat: 0,
    state: 'live' as const,
    told,
    deliver: () => {},
    guard: (guard: number) => void told.push(`guard ${guard}`),
    pass: (guard: number) => void told.push(`pass ${guard}`),
    lose: () => void told.push('lose'),
    fail: (error: unknown) => void told.push(`fail ${error}`),
  }
}

test('A2: of a user who is renewed during a check nothing is concluded, and who it is now is asked about', async () => {
  const { asked, check, answer } = checks()
  const room = new Room('Production:p1', check, silentLogger)
  const member = memberOf({ ...ADMIN })
  room.members.add(member)

  room.holdForCheck()
  member.user = ADMIN
  room.checkSoon()
  answer()
  await expect.poll(() => asked).toHaveLength(2)
  answer()

  await expect.poll(() => member.told).toEqual(['guard 1', 'pass 1'])
  expect(asked[1]).toEqual([ADMIN])
})

test('A2: who lost a right by a renewal during a check, loses the channel by the one that follows', async () => {
  const { asked, check, answer } = checks()
  const room = new Room('Production:p1', check, silentLogger)
  const member = memberOf(ADMIN)
  room.members.add(member)

  room.checkSoon()
  member.user = NO_ADMIN
  room.checkSoon()
  answer()
  await expect.poll(() => asked).toHaveLength(2)
  answer()

  await expect.poll(() => member.told).toEqual(['lose'])
})

test('A1: a right that was found for somebody else is not the member’s', async () => {
  const member = { user: ADMIN, state: 'joining' as const }
  const answers: ((mayRead: boolean) => void)[] = []
  const asked: User[] = []
  const mayRead = (user: User) => {
    asked.push(user)
    return new Promise<boolean>((resolve) => answers.push(resolve))
  }
  const right = new CheckedRight({ room: { guard: 0 }, mayRead }, member)

  const holds = right.holds()
  member.user = NO_ADMIN
  answers.shift()?.(true)
  await expect.poll(() => answers).toHaveLength(1)
  answers.shift()?.(false)

  expect(await holds).toBe(false)
  expect(asked).toEqual([ADMIN, NO_ADMIN])
})

test('a right is asked for again after a renewal, and not without a reason', async () => {
  const member = { user: ADMIN, state: 'joining' as const }
  const asked: User[] = []
  const mayRead = async (user: User) => asked.push(user) > 0
  const right = new CheckedRight({ room: { guard: 0 }, mayRead }, member)

  await right.holds()
  await right.holds()
  member.user = NO_ADMIN
  await right.holds()

  expect(asked).toEqual([ADMIN, NO_ADMIN])
})
