/**
 * When a page reloads, as data: a phase and a pure step from one to the next. The reloader sets the timer and calls
 * the page.
 *
 *   R2 never backwards   one reload at a time, and what is marked meanwhile in one more after it
 *   R4 gentle            while the page is busy or hidden the reload is held
 */

import { delayBefore } from './delay-before.ts'

export type ReloadPhase =
  /** Nothing is stale. */
  | 'idle'
  /** Markers are collected until a pause comes, or the upper bound. */
  | 'collecting'
  /** It is time, but a visit is under way or nobody looks. */
  | 'held'
  | 'reloading'
  /** Reloading, and more became stale meanwhile. */
  | 'again'
  /** A reload failed; a timer runs to the next. */
  | 'retrying'

export type ReloadEvent =
  /** Something became stale. */
  | 'marked'
  /** The timer ran out, or somebody asks for the reload now. */
  | 'due'
  /** The same, but the page cannot reload at the moment. */
  | 'held'
  /** Nothing is stale any more: another answer brought it. */
  | 'settled'
  | 'ended'
  /**
   * A visit came first: it took the page elsewhere before the answer came, or has ended after the reload waited for it.
   * What it changed may be marked in a moment.
   */
  | 'interrupted'
  /** No answer came, or none in time. */
  | 'failed'

export const NEXT: Record<ReloadPhase, Partial<Record<ReloadEvent, ReloadPhase>>> = {
  idle: { marked: 'collecting' },
  collecting: { marked: 'collecting', due: 'reloading', held: 'held', settled: 'idle' },
  held: { due: 'reloading', interrupted: 'collecting', settled: 'idle' },
  reloading: { marked: 'again', ended: 'idle', interrupted: 'collecting', failed: 'retrying' },
  again: {
    marked: 'again',
    settled: 'reloading',
    ended: 'collecting',
    interrupted: 'collecting',
    failed: 'retrying',
  },
  retrying: { due: 'reloading', held: 'held', settled: 'idle' },
}

export interface Reloading {
  readonly phase: ReloadPhase
  /** When the collection ends at the latest: no marker that waits long puts another one off. */
  readonly latestAt: number
  /** When the collection ends if no further marker comes. */
  readonly dueAt: number
  /** Failures in a row. */
  readonly failures: number
}

export interface ReloadStep {
  readonly state: Reloading
  /** In how many ms the event `due` is to come; undefined for no timer. */
  readonly timerMs?: number
}

export const IDLE: Reloading = { phase: 'idle', latestAt: 0, dueAt: 0, failures: 0 }

/** Longest time that a steady stream of markers puts a reload off, in ms. */
const LONGEST_MS = 2_000
const FIRST_RETRY_MS = 1_000

export interface ReloadInput {
  readonly event: ReloadEvent
  readonly now: number
  /** How long this marker waits for others, in ms. */
  readonly delayMs: number
  readonly random: () => number
}

/** Moves by one event; an event that the phase does not know changes nothing. */
export function step(state: Reloading, { event, now, delayMs, random }: ReloadInput): ReloadStep {
  const phase = NEXT[state.phase][event]
  if (!phase) return { state }
  const failures = phase === 'retrying' ? state.failures + 1 : event === 'ended' ? 0 : state.failures
  const isCollected = event === 'marked' || event === 'interrupted'
  // A subscription that asks to wait longer than the bound does wait as long as it asks.
  const bound = now + Math.max(LONGEST_MS, delayMs)
  let { latestAt, dueAt } = state
  if (isCollected) {
    latestAt = state.phase === phase ? Math.min(latestAt, bound) : bound
    dueAt = Math.min(now + delayMs, latestAt)
  }
  const next = { phase, failures, latestAt, dueAt }
  if (phase === 'collecting') return { state: next, timerMs: Math.max(0, dueAt - now) }
  if (phase !== 'retrying') return { state: next }
  return { state: next, timerMs: delayBefore(failures, FIRST_RETRY_MS, random) }
}

/** Whether a request is under way. */
export function isReloading({ phase }: Reloading): boolean {
  return phase === 'reloading' || phase === 'again'
}
