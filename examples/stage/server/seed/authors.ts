/** Who is said to have written the demo's records, and when, so that a first look at it is like any other. */
import type { Row } from '../../../server/insert-rows.ts'

const MINUTE_MS = 60_000

/** Author and time of the record at a place in its list: the later in the list, the longer ago. */
export function writtenBy(people: readonly string[], index: number, now: number): Row {
  const minutes = 9 + ((index * 47) % 2_400)
  return {
    last_modified_by: people[index % people.length] ?? null,
    updated_at: new Date(now - minutes * MINUTE_MS).toISOString(),
  }
}
