/** A channel whose frames come straight from the log: a room, or all records of a shared model. */
import type { User } from '../../protocol/user.ts'
import type { Cursor } from '../../postgres/log/cursor.ts'
import type { CursorContent } from '../cursor/cursor-bytes.ts'
import type { SnapshotTable } from '../../postgres/log/snapshot.ts'
import type { ShownIds } from '../ids/shown-ids.ts'
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
  readonly read: (follower: RowsFollower) => Promise<readonly SnapshotTable[]>
  readonly catchUp: (from: CursorContent) => Promise<ReadChanges | null>
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

  mayRead(user: User): Promise<boolean> {
    return this.#options.readers.mayRead(user)
  }

  load(): Promise<Load> {
    const { loads, channel } = this.#options
    return loads.load(channel, () => this.#begin())
  }

  /** Resolves when the snapshot is taken; the frames come while it is read. */
  #begin(): Promise<Load> {
    const { channel, read, seal, shown } = this.#options
    const frames = new LoadFrames(channel)
    return new Promise((resolve, reject) => {
      let sealed = ''
      const reading = read({
        begin(cursor) {
          sealed = seal(cursor)
          resolve({ snapshot: cursor.snapshot, cursor: sealed, frames, reading })
        },
        piece: (piece) => frames.add(shown.piece(piece)),
      }).then(
        (tables) => frames.end(tables, sealed),
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
