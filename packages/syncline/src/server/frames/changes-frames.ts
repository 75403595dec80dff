/** `changes` messages: one per room and batch; a big batch in parts that a client applies together (L5). */
import { Frame } from './frame.ts'
import { splitBySize } from './split-by-size.ts'

/**
 * Characters of changes in one message before the next part begins. V8 gives an object beyond 128 KiB pages of its own
 * from the system: texts that long cost some 40 times as much to put together (`bench`: G8).
 */
const PART_CHARACTERS = 60_000

/** Builds the messages; all but the last have `more: true`, the last has the cursor. */
export function changesFrames(channel: string, changes: readonly string[], cursor: string): Frame[] {
  const head = `{"type":"changes","channel":${JSON.stringify(channel)},"changes":[`
  const parts = splitBySize(changes, PART_CHARACTERS)
  return parts.map((part, index) => {
    const isLast = index === parts.length - 1
    return new Frame(`${head}${part.join(',')}]${isLast ? `,"cursor":"${cursor}"}` : ',"more":true}'}`)
  })
}
