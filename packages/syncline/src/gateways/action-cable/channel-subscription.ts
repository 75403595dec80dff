/** `SyncChannel` with `{model, id[, collection]}`: one channel, confirmed or rejected as a whole. */
import type { Performed } from './cable-command.ts'
import type { CableContext } from './cable-context.ts'
import { confirmFrame, faultFrame, rejectFrame } from './cable-frames.ts'
import type { CableSubscription } from './cable-subscription.ts'
import { Following, type FollowingRequest } from './following.ts'

interface ChannelRequest extends FollowingRequest {
  /** The cable's own. */
  readonly identifier: string
}

export class ChannelSubscription implements CableSubscription {
  readonly #context: CableContext
  readonly #request: ChannelRequest
  readonly #following: Following
  readonly #onEnd: () => void
  #isOver = false
  /** Where it began, for who asked from a cursor. */
  #place: string | undefined

  /** `onEnd` is called when it was refused, failed or lost; not when it is ended from outside. */
  constructor(context: CableContext, request: ChannelRequest, onEnd: () => void) {
    this.#context = context
    this.#request = request
    this.#onEnd = onEnd
    const { identifier } = request
    this.#following = new Following(context, {
      onUp: (cursor) => {
        if (request.cursor !== undefined) this.#place = cursor
        context.send(confirmFrame(identifier, this.#place))
      },
      onRefused: () => this.#leaveWith(rejectFrame(identifier)),
      // Not an answer: the client asks again by itself as long as it has none.
      onFailed: () => this.#leaveWith(faultFrame('unavailable', UNAVAILABLE, RETRY_AFTER_MS)),
      onNotice: (notice) => {
        for (const frame of context.frames.ofChannel(notice, request)) context.send(frame)
      },
      onGone: () => this.#leaveWith(rejectFrame(identifier)),
    })
    context.followed.add(1)
  }

  begin(): void {
    const { channel, cursor, receivedAtMs } = this.#request
    void this.#following.begin({ channel, receivedAtMs, ...(cursor !== undefined && { cursor }) })
  }

  get channels(): readonly string[] {
    return this.#following.isUp ? [this.#request.channel] : []
  }

  confirmAgain(): void {
    // While it is asked for, its answer is on the way.
    if (this.#following.isUp) this.#context.send(confirmFrame(this.#request.identifier, this.#place))
  }

  perform({ action }: Performed): void {
    const error = `The action \`${action.slice(0, 60)}\` is none of a subscription with \`model\` and \`id\`. Subscribe to {"channel":"SyncChannel"} to name channels one by one.`
    this.#context.send(faultFrame('invalid_message', error))
  }

  end(): void {
    this.#isOver = true
    this.#following.end()
    this.#context.followed.add(-1)
  }

  #leaveWith(frame: ReturnType<typeof rejectFrame>): void {
    // Left meanwhile: an answer would be taken for that of a later subscribe.
    if (this.#isOver) return
    this.#onEnd()
    this.#context.send(frame)
  }
}

export const RETRY_AFTER_MS = 1_000
export const UNAVAILABLE = 'The database does not answer. Subscribe again in a moment.'
