/** What a page says of a room, by its phase. */

/**
 * Whether what a page asked for is there. `doubtful`: the list names it, and the server refuses it; it is asked again.
 * `away`: it is not on this device, and the server does not answer.
 */
export type Presence = 'loading' | 'here' | 'gone' | 'doubtful' | 'away' | 'refused'

/** For a room that the server was not asked for again. */
export function presenceOf(phase: string, isOffline: boolean): Presence {
  if (phase === 'gone') return 'gone'
  if (phase === 'error') return 'refused'
  if (phase === 'joining') return isOffline ? 'away' : 'loading'
  return 'here'
}

/**
 * For one that was refused while the list named it. Not "loading" at every question: the page stays as it is until the
 * answer is another, or none can come.
 */
export function doubtful(phase: string, isOffline: boolean): Presence {
  return phase === 'gone' || (phase === 'joining' && !isOffline) ? 'doubtful' : presenceOf(phase, isOffline)
}
