import { expect, test } from 'vitest'
import type { Place } from '../rooms/place.ts'
import { subscriptionTo } from './subscription.ts'

const keeper = {} as Parameters<typeof subscriptionTo>[2]
const place = { channel: 'Lens:all' } as Place

test('a subscription keeps the name by which its device knows the channel', () => {
  const channels = ['Lens:all', 'Lens:%61ll'].map((channel) => subscriptionTo(place, channel, keeper).channel)

  expect(channels).toEqual(['Lens:all', 'Lens:%61ll'])
})

test('it is up from when it was said to have joined until it has ended, whatever it waits for', () => {
  const subscription = subscriptionTo(place, 'Lens:all', keeper)
  const before = subscription.isUp

  subscription.rise()
  const joined = subscription.isUp
  subscription.stand('13:13:', 0)
  subscription.guard(1)
  const held = subscription.isUp
  subscription.pass(1)
  const live = subscription.isUp
  subscription.end()

  expect({ before, joined, held, live, after: subscription.isUp }).toEqual({
    before: false,
    joined: true,
    held: true,
    live: true,
    after: false,
  })
})
