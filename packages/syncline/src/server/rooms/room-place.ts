/** A channel whose frames come straight from the log: a room, or all records of a shared model. */
import type { User } from '../../protocol/user.ts'
import type { Cursor } from '../../postgres/log/cursor.ts'
import type { CursorContent } from '../cursor/cursor-bytes.ts'
import type { SnapshotText } from '../../postgres/log-row.ts'
import type { SnapshotTable } from '../../postgres/log/snapshot.ts'
import type { ShownIds } from '../ids/shown-ids.ts'
import type { KeptLoads } from './kept-loads.ts'
import { LoadFrames } from './load-frames.ts'
import type { Load, LoadQueue } from './load-queue.ts'
import type { CatchUp, Place } from './place.ts'
import type { Readers } from './readers.ts'
import type { Room } from './room.ts'
import type { RoomKey } from './room-table.ts'
import type { ReadChanges, RowsFollower } from './room-reader.ts'

export interface RoomPlaceOptions {
  readonly channel: string
  readonly key: RoomKey
  readonly room: Room
  readonly readers: Readers
  readonly loads: LoadQueue
  /** Whether what is kept of a room still holds is asked apart from loads, which take longer. */
  readonly questions: LoadQueue<Load | null>
  readonly kept: KeptLoads
  readonly read: (follower: RowsFollower) => Promise<readonly SnapshotTable[]>
  readonly catchUp: (from: Cursor) => Promise<ReadChanges | null>
  readonly position: () => SnapshotText
  /** Resolves when the tail knows of all that was committed before this call. */
  readonly readAgain: () => Promise<void>
  /** Called for each load that is not read, because what was kept of the room still holds. */
  readonly onSpared: () => void
  readonly seal: (cursor: Cursor) => string
  readonly shown: ShownIds
}

export class RoomPlace implements Place {
  readonly channel: string
  readonly key: RoomKey
  readonly room: Room
  readonly #options: RoomPlaceOptions

  constructor(options: RoomPlaceOptions) {
    this.channel = options.channel
    this.key = options.key
    this.room = options.room
    this.#options = options
  }

  get position(): SnapshotText {
    return this.#options.position()
  }

  mayRead(user: User): Promise<boolean> {
    return this.#options.readers.mayRead(user)
  }

  async load(): Promise<Load> {
    const { loads, questions, channel, kept, key } = this.#options
    const known = kept.find(key.name) && (await questions.load(channel, () => this.#known()))
    return known ?? loads.load(channel, () => this.#begin())
  }

  /** What is kept of the room, when nothing in it has changed since: the same that a snapshot taken now would give. */
  async #known(): Promise<Load | null> {
    const { kept, key, catchUp, readAgain, seal, onSpared } = this.#options
    const load = kept.find(key.name)
    if (!load) return null
    const found = await readAgain().then(
      () => catchUp(load.cursor),
      () => null,
    )
    if (!found || found.rows.length > 0) {
      kept.drop(key.name, load)
      return null
    }
    onSpared()
    load.cursor = found.cursor
    return { snapshot: found.cursor.snapshot, cursor: seal(found.cursor), frames: load.frames }
  }

  /** Resolves when the snapshot is taken; the frames come while it is read. */
  #begin(): Promise<Load> {
    const { channel, key, read, seal, shown, kept } = this.#options
    const frames = new LoadFrames(channel)
    return new Promise((resolve, reject) => {
      let sealed = ''
      let begun: Cursor
      const reading = read({
        begin(cursor) {
          begun = cursor
          sealed = seal(cursor)
          resolve({ snapshot: cursor.snapshot, cursor: sealed, frames, reading })
        },
        piece: (piece) => frames.add(shown.piece(piece)),
      }).then(
        (tables) => kept.keep(key.name, { frames: frames.end(tables, sealed), cursor: begun }),
        (error: Error) => {
          frames.fail(error)
          reject(error)
        },
      )
    })
  }

  async catchUp(from: CursorContent): Promise<CatchUp | null> {
    const { catchUp, seal, shown } = this.#options
    const found = await catchUp(from)
    return (
      found && {
        rows: shown.rows(found.rows),
        snapshot: found.cursor.snapshot,
        cursor: seal(found.cursor),
      }
    )
  }

  settled(): Promise<void> {
    return Promise.resolve()
  }

  isSettled(): boolean {
    return true
  }

  digests(): readonly (readonly [string, string])[] {
    return []
  }
}
