/** Looks again and again whether tables are captured; see `heal-capture.ts`. */
import type { CompiledSchema } from '../../schema/model.ts'
import type { Database } from '../database.ts'
import { type Healing, healCapture } from './heal-capture.ts'

export interface WatchOptions {
  /** Time between two looks, in ms. @default 30_000 */
  readonly everyMs?: number
  /** Is told what was found, when something was. */
  readonly onFound: (found: Healing) => void
  /** Is told when a look failed; the next one comes all the same. */
  readonly onError: (error: unknown) => void
}

export interface Watch {
  /** Stops looking, after the look under way. */
  close(): Promise<void>
}

const EVERY_MS = 30_000

/** Begins with a look at once. */
export function watchCapture(database: Database, schema: CompiledSchema, options: WatchOptions): Watch {
  let timer: NodeJS.Timeout | undefined
  let isClosed = false
  const told = new Set<string>()
  const look = async () => {
    try {
      const found = onlyNew(await healCapture(database, schema), told)
      if (Object.values(found).some((list: readonly unknown[]) => list.length > 0)) options.onFound(found)
    } catch (error) {
      if (!isClosed) options.onError(error)
    }
    if (isClosed) return
    timer = setTimeout(() => {
      looking = look()
    }, options.everyMs ?? EVERY_MS)
    timer.unref()
  }
  let looking = look()
  return {
    close() {
      isClosed = true
      clearTimeout(timer)
      return looking
    },
  }
}

/** A trigger that stands wrong may be meant to: it is told of once. */
function onlyNew(found: Healing, told: Set<string>): Healing {
  const misplaced = found.misplaced.filter(({ message }) => !told.has(message))
  for (const { message } of misplaced) told.add(message)
  return { ...found, misplaced }
}
