/** One channel that has subscribers for its markers, and who may read it. */
import type { User } from '../../protocol/user.ts'
import type { MarkerTarget } from '../channel-target.ts'
import type { Logger } from '../logger.ts'
import { Readers } from '../rooms/readers.ts'
import { type CheckReaders, Room } from '../rooms/room.ts'
import type { RoomKey } from '../rooms/room-table.ts'
import type { MarkedChannel } from './marked-channel.ts'
import type { MarkerNotice } from './marker-notice.ts'
import type { OwnList } from './own-list.ts'

export class Stream {
  readonly channel: string
  readonly marked: MarkedChannel
  readonly key: RoomKey
  readonly room: Room<MarkerNotice>
  readonly list: OwnList | null
  readonly #readers: Readers

  /** `list` is given for a list of what is a user's own; users with equal rules share its stream under `name`. */
  constructor(
    channel: string,
    marked: MarkedChannel,
    check: CheckReaders,
    log: Logger,
    list: { readonly name: string; readonly ids: OwnList } | null,
  ) {
    this.channel = channel
    this.marked = marked
    this.list = list?.ids ?? null
    this.key = roomKeyOf(list?.name ?? channel, marked.target)
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

function roomKeyOf(name: string, target: MarkerTarget): RoomKey {
  const id = target.kind === 'room' || target.kind === 'collection' ? target.id : null
  return { name, guardModel: id === null ? null : target.model.name, guardId: id }
}
