/** What records are called where several stand on one page: whoever hears or speaks a name means one of them. */
import { inSentence } from '../format.ts'
import type { AnyRow } from '../sync/rows.ts'
import type { Kind } from './kind.ts'

export interface NamedList {
  readonly kind: Pick<Kind, 'one'>
  readonly rows: readonly AnyRow[]
  nameOf(row: AnyRow): string
}

/** Names by id: "Program (send)" where there is a record that is called so too, "Camera 1 to CCU 1 (2)" for the second. */
export function distinctNames(lists: readonly NamedList[]): ReadonlyMap<string, string> {
  const kindsOf = new Map<string, number>()
  for (const { rows, nameOf } of lists) {
    for (const name of new Set(rows.map(nameOf))) kindsOf.set(name, (kindsOf.get(name) ?? 0) + 1)
  }
  return new Map(lists.flatMap((list) => namesIn(list, (name) => (kindsOf.get(name) ?? 0) > 1)))
}

function namesIn(
  { kind, rows, nameOf }: NamedList,
  isElsewhere: (name: string) => boolean,
): [string, string][] {
  const seen = new Map<string, number>()
  return rows.map((row) => {
    const name = nameOf(row)
    const times = (seen.get(name) ?? 0) + 1
    seen.set(name, times)
    const notes = [isElsewhere(name) && inSentence(kind.one), times > 1 && times].filter(Boolean)
    return [row.id, notes.length === 0 ? name : `${name} (${notes.join(' ')})`]
  })
}
