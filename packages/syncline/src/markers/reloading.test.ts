import { expect, test } from 'vitest'
import { IDLE, NEXT, type ReloadEvent, type Reloading, type ReloadPhase, step } from './reloading.ts'

const input = (event: ReloadEvent, now: number, delayMs = 300) => ({ event, now, delayMs, random: () => 0.5 })
const run = (events: readonly (readonly [ReloadEvent, number])[]): Reloading =>
  events.reduce((state, [event, now]) => step(state, input(event, now)).state, IDLE)

test('markers are collected until a pause of the debounce comes', () => {
  const first = step(IDLE, input('marked', 1_000))
  const second = step(first.state, input('marked', 1_200))

  expect([first.timerMs, second.timerMs]).toEqual([300, 300])
  expect(step(second.state, input('due', 1_500)).state.phase).toBe('reloading')
})

test('a steady stream of markers reloads after 2 s all the same', () => {
  let state = IDLE
  let timerMs: number | undefined
  for (let now = 0; now <= 1_900; now += 100) ({ state, timerMs } = step(state, input('marked', now)))

  expect(timerMs).toBe(100)
})

test('a subscription that asks for a longer pause than 2 s has it', () => {
  expect(step(IDLE, input('marked', 0, 5_000)).timerMs).toBe(5_000)
})

test('a subscription with a long pause does not put off those with a short one beyond 2 s', () => {
  const short = step(IDLE, input('marked', 0, 300)).state

  expect(step(short, input('marked', 100, 10_000)).timerMs).toBe(1_900)
})

test('R2: one reload at a time, and what was marked meanwhile in one more after it', () => {
  const reloading = run([
    ['marked', 0],
    ['due', 300],
  ])
  const again = step(step(reloading, input('marked', 310)).state, input('marked', 320)).state
  const after = step(again, input('ended', 400))

  expect(step(reloading, input('due', 310)).state).toBe(reloading)
  expect([again.phase, after.state.phase, after.timerMs]).toEqual(['again', 'collecting', 220])
  expect(step(reloading, input('ended', 400)).state.phase).toBe('idle')
})

test('R4: a reload that has to wait is held, whatever is marked meanwhile', () => {
  const held = run([
    ['marked', 0],
    ['held', 300],
    ['marked', 350],
  ])

  expect(held.phase).toBe('held')
  expect(step(held, input('due', 900)).state.phase).toBe('reloading')
})

test('R1: a failed reload is tried again, each time after a longer wait, and forgets that when one succeeds', () => {
  let state = run([
    ['marked', 0],
    ['due', 300],
  ])
  const waits: (number | undefined)[] = []
  for (let n = 0; n < 7; n++) {
    const failed = step(state, input('failed', 1_000))
    waits.push(failed.timerMs)
    state = step(failed.state, input('due', 1_000)).state
  }

  expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000])
  expect(step(state, input('ended', 2_000)).state.failures).toBe(0)
})

test('every phase can be left, and an event that it does not know changes nothing', () => {
  const events: ReloadEvent[] = ['marked', 'due', 'held', 'settled', 'ended', 'interrupted', 'failed']
  for (const phase of Object.keys(NEXT) as ReloadPhase[]) {
    const state = { ...IDLE, phase }
    expect(Object.keys(NEXT[phase]).length).toBeGreaterThan(0)
    for (const event of events)
      if (!NEXT[phase][event]) expect(step(state, input(event, 0)).state).toBe(state)
  }
})
