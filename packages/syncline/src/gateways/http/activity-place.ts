/**
 * A place in the activity of a channel: the time of the last entry of a page, and, where the next entry has the same
 * time, which one it was. Pure.
 *
 * Entries are named by what their reader sees of them. Where they stand in the log counts what happens everywhere (A1).
 */
import * as v from 'valibot'
import { checkTimestamp } from '../../schema/check-time.ts'
import { InvalidValue } from '../../schema/invalid-value.ts'

/** What tells an entry from the others of its time. */
interface EntryName {
  readonly model: string
  /** As it is shown. */
  readonly id: string
  readonly version: number
  readonly action: string
}

export interface ActivityPlace {
  /** ISO text, in UTC. */
  readonly at: string
  /** Absent where all entries of the time have been told. */
  readonly last?: EntryName
}

/** Letters that need no encoding in a URL. */
export function formatPlace({ at, last }: ActivityPlace): string {
  if (!last) return at
  const { model, id, version, action } = last
  return `${at}~${Buffer.from(JSON.stringify([model, id, version, action])).toString('base64url')}`
}

/** Null for what is no place. */
export function parsePlace(text: string): ActivityPlace | null {
  const found = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z)(?:~([\w-]{1,2000}))?$/.exec(text)
  const [, at = '', name] = found ?? []
  if (!found || checkTimestamp(at) instanceof InvalidValue) return null
  if (name === undefined) return { at }
  const last = parseName(Buffer.from(name, 'base64url').toString())
  return last && { at, last }
}

const entryName = v.strictTuple([
  v.string(),
  v.string(),
  v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2_147_483_647)),
  v.pipe(v.string(), v.regex(/^[a-z]{1,10}$/)),
])

function parseName(text: string): EntryName | null {
  const found = v.safeParse(v.pipe(v.string(), v.parseJson(), entryName), text)
  if (!found.success) return null
  const [model, id, version, action] = found.output
  return { model, id, version, action }
}
