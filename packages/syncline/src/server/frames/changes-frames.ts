/** `changes` messages: one per room and batch; a big batch in parts that a client applies together (L5). */
import type { LogRow } from '../../postgres/log-row.ts'
import { changeWriter } from './change-text.ts'
import { Frame } from './frame.ts'

/**
 * Characters of changes in one message before the next part begins. V8 gives an object beyond 128 KiB pages of its own
 * from the system: texts that long cost some 40 times as much to put together (`bench`: G8).
 */
const PART_CHARACTERS = 60_000

/** Builds the message for everybody in the room, of the one change there is. */
export function changeFrame(channel: string, row: LogRow, cursor: string): Frame {
  return new Frame(`${headOf(channel)}${changeWriter(null)(row)}${endOf(cursor)}`)
}

/**
 * Builds the messages for one device, or for everybody in the room, each when it is asked for: the first can leave
 * while the changes of the others are not written yet. All but the last have `more: true`, the last has the cursor.
 */
export function* changesFrames(
  channel: string,
  rows: readonly LogRow[],
  cursor: string,
  device: string | null = null,
): Generator<Frame, void> {
  const head = headOf(channel)
  const write = changeWriter(device)
  let part: string[] = []
  let length = 0
  for (const row of rows) {
    const change = write(row)
    if (length > 0 && length + change.length > PART_CHARACTERS) {
      yield new Frame(`${head}${part.join(',')}],"more":true}`)
      part = []
      length = 0
    }
    part.push(change)
    length += change.length
  }
  yield new Frame(`${head}${part.join(',')}${endOf(cursor)}`)
}

function headOf(channel: string): string {
  return `{"type":"changes","channel":${JSON.stringify(channel)},"changes":[`
}

function endOf(cursor: string): string {
  return `],"cursor":"${cursor}"}`
}
