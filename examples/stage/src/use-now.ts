/** The time, for ages that are shown: one clock for the whole page, which ticks while somebody looks at it. */
import { useSyncExternalStore } from 'react'
import { onClockSet, serverNow } from './server-clock.ts'

const TICK_MS = 20_000

const listeners = new Set<() => void>()
let now = serverNow()
let timer: ReturnType<typeof setInterval> | undefined

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(tick, TICK_MS)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

function tick(): void {
  now = serverNow()
  for (const listener of listeners) listener()
}

onClockSet(tick)

/** The server's time in ms since 1970, renewed every 20 s. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now)
}
