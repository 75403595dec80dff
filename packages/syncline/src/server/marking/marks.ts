/** What is said of one channel: by one change, or by all changes of a batch together. */

/** What marker clients are told to do with their props. */
export type MarkerAction = 'refresh' | 'remove'

/** What happened to the record, for clients that subscribe by identifier. */
export type RecordAction = 'create' | 'update' | 'destroy'

export interface Marks {
  readonly action: MarkerAction
  /** Props to reload; empty when the change concerns none by name. */
  readonly props: readonly string[]
  readonly record: RecordAction
  /** It was another record, to which this one is associated: what this one says of itself stands. */
  readonly isOfOther?: boolean
  /** When it happened: ISO text with microseconds. */
  readonly at: string
}

/** Both together: `remove` beats `refresh`, every prop is named once, and of the record the later one speaks that is about it. */
export function together(earlier: Marks, later: Marks): Marks {
  const isRemoved = earlier.action === 'remove' || later.action === 'remove'
  const isOfOther = later.isOfOther === true
  return {
    ...later,
    record: isOfOther ? earlier.record : later.record,
    isOfOther: isOfOther && earlier.isOfOther === true,
    action: isRemoved ? 'remove' : 'refresh',
    props: later.props.every((prop) => earlier.props.includes(prop))
      ? earlier.props
      : [...new Set([...earlier.props, ...later.props])],
  }
}

/** A refresh of one prop without a change that is known: what was missed, or could not be told. */
export function refreshOf(prop: string, at = new Date().toISOString()): Marks {
  return { action: 'refresh', props: [prop], record: 'update', at }
}
