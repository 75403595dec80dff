/** Who changed a record last, and when: by its stamp, or by what was written here and is not stamped yet. */
import { useSyncExternalStore } from 'react'
import { useCrew } from './crew-context.ts'

/** As the server writes it; null is another program, undefined a row that is not there. */
export interface Stamp {
  readonly lastModifiedBy?: string | null
  readonly updatedAt?: string | null
}

/** Who, null for another program, and when. */
export interface Author {
  readonly by: string | null
  readonly at: string
}

/** Of one record; undefined when it was never changed. */
export function useAuthor(record: Stamp & { readonly id: string }): Author | undefined {
  const { crew } = useCrew()
  const own = useSyncExternalStore(crew.edits.subscribe, () => crew.edits.of(record.id))
  return useAuthorOf(record, own)
}

/** Of a production and everything in it; `last` is the latest stamp of all. */
export function useAuthorIn(productionId: string, last: Stamp | undefined): Author | undefined {
  const { crew } = useCrew()
  const own = useSyncExternalStore(crew.edits.subscribe, () => crew.edits.in(productionId))
  return useAuthorOf(last, own)
}

function useAuthorOf(stamp: Stamp | undefined, own: number | undefined): Author | undefined {
  const { user } = useCrew()
  if (own !== undefined) return { by: user.id, at: new Date(own).toISOString() }
  return stamp?.updatedAt ? { by: stamp.lastModifiedBy ?? null, at: stamp.updatedAt } : undefined
}
