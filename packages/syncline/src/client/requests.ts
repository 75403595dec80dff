/**
 * The dialogue by single requests, while no socket can be had: pushes what waits, pulls every room, and judges what is
 * answered.
 *
 *   K2 honest        in step is what a whole round of answers was; a refusal is told with its code
 *   W4 no blockage   a push that is refused keeps no room from being read, and many rooms are asked for in portions
 */
import type { Ack } from '../protocol/messages/ack.ts'
import type { ServerMessage } from '../protocol/server-message.ts'
import type { Schema } from '../schema/define-schema.ts'
import type { ClientOptions } from './client-options.ts'
import type { DialogueParts } from './dialogue.ts'
import type { RejectionReason } from './outbox/outbox.ts'
import { RENAME, SIGN_IN } from './refusals.ts'
import type { Endpoint } from './session/endpoint.ts'
import { Poller, type PollerHost } from './session/poller.ts'

/** What requests need of the dialogue that they are part of. */
export interface RequestsHost {
  /** Whose rows and writes the device holds: requests are meant for nobody else (K3). */
  readonly identity: { readonly user: string | undefined }
  findToken(): string | undefined | Promise<string | undefined>
  receive(message: ServerMessage): void
  /** The server will not have this device back. */
  refuse(problem: RejectionReason): void
  /** What is wrong, or that nothing is. */
  complain(problem: RejectionReason | undefined): void
  /** Everything is in step, unless something waits on the device. */
  touchSynced(): void
}

export class Requests implements PollerHost {
  /** The last round was answered. */
  hasPolled = false
  readonly #canRenew: boolean
  readonly #parts: DialogueParts
  readonly #host: RequestsHost
  readonly #poller: Poller
  /** The name that the device gave in its last request: it may have another when the answer comes. */
  #device: string | undefined
  /** What every server takes in one pull, unless it has refused that. */
  #mostChannels = 100
  /** Of the round under way: the first ack, which the rows of all pulls contain, and why a push was refused. */
  #ack: Ack | undefined
  #refusal: RejectionReason | undefined
  #settleLeft: (() => void) | undefined

  constructor(
    { token, fetch: given = (url, init) => fetch(url, init) }: Pick<ClientOptions<Schema>, 'fetch' | 'token'>,
    endpoint: Endpoint,
    parts: DialogueParts,
    host: RequestsHost,
  ) {
    this.#canRenew = typeof token === 'function'
    this.#parts = parts
    this.#host = host
    this.#poller = new Poller({ clock: parts.clock, endpoint, fetch: given }, this)
  }

  poll(isOn: boolean): void {
    this.hasPolled = false
    this.#refusal = undefined
    this.#poller.stop()
    if (!isOn) return
    this.#parts.writes.sendAgain()
    this.#poller.start()
  }

  findToken(): string | undefined | Promise<string | undefined> {
    return this.#host.findToken()
  }

  nextPush(): object | undefined {
    const push = this.#parts.writes.flow.next()
    return push && { ...this.#named(), ...push }
  }

  *pulls(): Iterable<object> {
    const { rooms, schema } = this.#parts
    const joins = rooms.askByRequest()
    this.#settleLeft = this.#parts.noteLeft()
    this.#ack = undefined
    do {
      const portion = joins.splice(0, this.#mostChannels)
      yield { ...this.#named(), schema: schema.version, joins: portion }
    } while (joins.length > 0)
  }

  #named(): object {
    this.#device = this.#parts.writes.outbox?.device
    return { device: this.#device, user: this.#host.identity.user }
  }

  /** Numbers in the answer are not this device's: they acknowledge nothing of what it has written since (W3). */
  get #isRenamed(): boolean {
    return this.#parts.writes.outbox?.device !== this.#device
  }

  /** The answer of a push says what became of its ops, but no frames came before it. */
  onPushed(message: ServerMessage): void {
    const { writes } = this.#parts
    if (this.#isRenamed) return
    if (message.type === 'ack') writes.acknowledge(message)
    else if (message.type === 'gap') writes.goOnAt(message.expected)
  }

  onPulled(messages: readonly ServerMessage[]): void {
    const ack = messages.find(({ type }) => type === 'ack') as Ack | undefined
    // Requests follow one another, so this answer knows all that was acknowledged before.
    if (ack && !this.#isRenamed && ack.lastOp < (this.#parts.writes.outbox?.lastOp ?? 0)) {
      this.#ack = undefined
      this.#parts.writes.greet(ack.lastOp, undefined)
    }
    for (const message of messages) if (message !== ack) this.#host.receive(message)
    // Also of those that this answer itself gave another name.
    this.#ack = this.#isRenamed ? undefined : (this.#ack ?? ack)
  }

  onPolled(): void {
    const refusal = this.#refusal
    if (this.#ack) this.#host.receive(this.#ack)
    this.#settleLeft?.()
    this.#refusal = undefined
    this.hasPolled = true
    this.#host.complain(refusal)
    this.#host.touchSynced()
  }

  onRefused(name: 'push' | 'pull', problem: RejectionReason): void {
    const { code } = problem
    if (RENAME.has(code)) this.#parts.writes.rename(problem)
    else if (SIGN_IN.has(code) && !this.#canRenew) this.#host.refuse(problem)
    else if (name === 'pull') this.onFailed(problem)
    else {
      this.#refusal = problem
      if (code === 'too_large') this.#parts.writes.flow.onTooLarge(problem.message)
      this.#parts.writes.sendAgain()
    }
    if (code === 'too_many_channels') this.#mostChannels = Math.ceil(this.#mostChannels / 2)
  }

  onFailed(problem?: RejectionReason): void {
    this.hasPolled = false
    this.#refusal = undefined
    this.#parts.rooms.end()
    this.#parts.writes.sendAgain()
    this.#host.complain(problem)
  }
}
