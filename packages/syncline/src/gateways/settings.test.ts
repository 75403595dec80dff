import { expect, test } from 'vitest'
import { readSettings } from './settings.ts'

test('without options and variables, sync is on, collects for 300 ms and takes 100 channels', () => {
  const { enabled, limits, client } = readSettings({}, {})

  expect(enabled).toBe(true)
  expect(limits.channelsPerConnection).toBe(100)
  expect(client).toEqual({ debounceMs: 300 })
})

test('variables of the environment set what no option sets', () => {
  const environment = {
    SYNC_ENABLED: 'false',
    SYNC_DEBOUNCE_MS: '150',
    SYNC_MAX_SUBSCRIPTIONS: '7',
    SYNC_RECONNECT_ATTEMPTS: '5',
  }

  const read = readSettings({}, environment)
  const given = readSettings(
    { enabled: true, debounceMs: 0, maxReconnectAttempts: 2, limits: { channelsPerConnection: 3 } },
    environment,
  )

  expect(read.enabled).toBe(false)
  expect(read.limits.channelsPerConnection).toBe(7)
  expect(read.client).toEqual({ debounceMs: 150, maxReconnectAttempts: 5 })
  expect(given.enabled).toBe(true)
  expect(given.limits.channelsPerConnection).toBe(3)
  expect(given.client).toEqual({ debounceMs: 0, maxReconnectAttempts: 2 })
})

test('ENABLE_SYNC is the older name of SYNC_ENABLED, which wins; an empty variable is none', () => {
  const isOn = (environment: Record<string, string>) => readSettings({}, environment).enabled

  expect(isOn({ ENABLE_SYNC: 'off' })).toBe(false)
  expect(isOn({ ENABLE_SYNC: 'FALSE', SYNC_ENABLED: 'Yes' })).toBe(true)
  expect(isOn({ ENABLE_SYNC: '0', SYNC_ENABLED: '' })).toBe(false)
  expect(isOn({ SYNC_ENABLED: '' })).toBe(true)
})

test('CORS_ORIGIN lists origins where no option does', () => {
  const environment = { CORS_ORIGIN: 'https://app.example' }

  expect([...readSettings({}, environment).allowedOrigins]).toEqual(['https://app.example'])
  expect([...readSettings({ origins: [] }, environment).allowedOrigins]).toEqual([])
})

test('a value that cannot be meant stops the start, with fact, value and remedy', () => {
  const start = (environment: Record<string, string>) => () => readSettings({}, environment)

  expect(start({ SYNC_DEBOUNCE_MS: '300ms' })).toThrow(
    'The environment’s SYNC_DEBOUNCE_MS is `300ms`. Give a whole number that is not negative, or leave it out.',
  )
  expect(start({ SYNC_MAX_SUBSCRIPTIONS: '-1' })).toThrow('`-1`')
  expect(start({ SYNC_RECONNECT_ATTEMPTS: '1.5' })).toThrow('`1.5`')
  expect(start({ SYNC_ENABLED: 'maybe' })).toThrow('SYNC_ENABLED is `maybe`. Give `true` or `false`')
  expect(start({ ENABLE_SYNC: 'jein' })).toThrow('ENABLE_SYNC is `jein`')
  expect(() => readSettings({ debounceMs: Number.NaN }, {})).toThrow('Option `debounceMs` is `NaN`')
})
