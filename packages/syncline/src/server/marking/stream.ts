/** One channel that has subscribers for its markers, and who may read it. */
import type { User } from '../../protocol/user.ts'
import type { MarkerTarget } from '../channel-target.ts'
import type { Logger } from '../logger.ts'
import { Readers } from '../rooms/readers.ts'
import { type CheckReaders, Room } from '../rooms/room.ts'
import type { RoomKey } from '../rooms/room-table.ts'
import type { MarkedChannel } from './marked-channel.ts'
import type { MarkerNotice } from './marker-notice.ts'

export class Stream {
  readonly channel: string
  readonly marked: MarkedChannel
  readonly key: RoomKey
  readonly room: Room<MarkerNotice>
  readonly #readers: Readers

  constructor(channel: string, marked: MarkedChannel, check: CheckReaders, log: Logger) {
    this.channel = channel
    this.marked = marked
    this.key = roomKeyOf(channel, marked.target)
    this.room = new Room<MarkerNotice>(channel, check, log)
    this.#readers = new Readers(check)
  }

  /** Name of the model that it is a channel of. */
  get model(): string {
    return this.marked.target.model.name
  }

  /** Whether the user may read the channel, in a snapshot taken after this call. */
  mayRead(user: User): Promise<boolean> {
    return this.#readers.mayRead(user)
  }
}

function roomKeyOf(channel: string, target: MarkerTarget): RoomKey {
  const id = target.kind === 'room' || target.kind === 'collection' ? target.id : null
  return { name: channel, guardModel: id === null ? null : target.model.name, guardId: id }
}
