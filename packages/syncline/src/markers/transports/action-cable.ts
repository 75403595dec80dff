/**
 * Action Cable's wire, `actioncable-v1-json`: Syncline's own `/cable` or a Rails server.
 *
 * A Rails server cannot be asked what was missed, so that whenever it confirms a channel, its props are loaded again
 * (R1). Syncline's continues for whoever brings a cursor, which it says by confirming with one, and tells the place of
 * each marker beside its message, so that an answer which contains the change is not asked for again (R2).
 */
import type { IncomingMessage } from '../message.ts'
import type { SocketOptions, Transport } from '../transport.ts'
import { delayBefore } from '../delay-before.ts'
import { warnOfNamelessRefusal } from '../development.ts'
import { socketAddress } from './address.ts'
import { type Frame, reconnectingSocket } from './socket.ts'

export interface ActionCableOptions extends SocketOptions {
  /** The class of the channel. @default 'SyncChannel' */
  readonly channel?: string
  /**
   * How channels are asked for: `model` makes a subscription of each, with `{model, id[, collection]}`; `identifier`
   * makes one subscription and performs `subscribe_to` on it. @default 'model'
   */
  readonly form?: 'model' | 'identifier'
}

/** Upper bound of the first wait before what was refused is asked for again, in ms. */
const REFUSED_MS = 5_000

/** Longest wait, in ms, for the answers to what was asked beside something that was refused without its name. */
const PATIENCE_MS = 15_000

/** What a message holds. A server may send anything: what is not text is none of these. */
interface Data {
  readonly identifier?: string
  readonly type?: string
  readonly error?: string
  readonly retryAfterMs?: number
  readonly action?: string
  readonly prop?: string
  readonly timestamp?: number
}

/** What is neither text nor missing is the empty text; even `String` throws for some of it. */
function textOf(value: unknown): string | undefined {
  return value === undefined || typeof value === 'string' ? value : ''
}

/** Connects to an Action Cable server. */
export function actionCable(url = '/cable', options: ActionCableOptions = {}): Transport {
  const { channel: channelClass = 'SyncChannel', form = 'model' } = options
  return (host, settings) => {
    /** The cable's identifier of each subscription, and the channel that it stands for. */
    const channels = new Map<string, string>()
    /** Asked for and not answered: a server that is busy does not say no, it waits to be asked again. */
    let unanswered = new Set<string>()
    /** Those among them that wait for a time the server named: each once, however often it says so. */
    let waiting = new Set<string>()
    const shared = JSON.stringify({ channel: channelClass })
    let isShared = false
    let rejections = 0
    /** Refusals that named no channel and belong to some that are unanswered; why, at last. */
    let nameless = 0
    let reason: unknown
    let stopPatience = () => {}

    const socket = reconnectingSocket(
      {
        url: () => socketAddress(url),
        protocol: 'actioncable-v1-json',
        // 8 s: the server pings every 3 s.
        quietMs: 8_000,
        onOpen: () => {
          isShared = false
          channels.clear()
          forget()
        },
        onFrame: (frame) => receive(frame),
      },
      host,
      settings,
      options,
    )

    /** What was asked on another connection or subscription is not answered any more. */
    const forget = () => {
      unanswered.clear()
      unanswered = new Set()
      waiting = new Set()
      nameless = 0
      stopPatience()
    }

    const command = (name: string, identifier: string, data?: object) =>
      socket.send({ command: name, identifier, ...(data && { data: JSON.stringify(data) }) })
    const perform = (action: string, identifier: string, cursor?: string) =>
      command('message', shared, { action, identifier, cursor })

    const receive = (frame: Frame) => {
      const { identifier } = frame as { identifier: string }
      const cursor = textOf(frame['cursor']) || undefined
      switch (frame.type) {
        case 'welcome':
          socket.dispatch('greeted')
          return form === 'identifier' && command('subscribe', shared)
        case 'disconnect':
          return socket.dispatch(frame['reconnect'] === false ? 'refused' : 'lost')
        case 'confirm_subscription':
          if (identifier !== shared) return joined(channels.get(identifier), cursor)
          forget()
          isShared = true
          rejections = 0
          return host.onOpen()
        case 'reject_subscription':
          if (identifier === shared) return askSharedAgain()
          return rejected(channels.get(identifier) ?? identifier, 'The subscription was rejected.')
        case 'error':
          return askAgain([...unanswered], frame['retryAfterMs'])
        case undefined:
          if (frame['message']) receiveData(identifier, frame['message'] as Data, cursor)
      }
    }

    const receiveData = (identifier: string, data: Data, cursor: string | undefined) => {
      const channel = data.identifier ?? channels.get(identifier)
      if (channel === undefined) {
        if (data.type === 'error' && identifier === shared) refusedNameless(data.error)
        return
      }
      if (data.type === 'subscribed') joined(channel, cursor)
      else if (data.type === 'error' && data.retryAfterMs !== undefined)
        askAgain([channel], data.retryAfterMs)
      else if (data.type === 'error') rejected(channel, data.error)
      else {
        const { timestamp } = data
        const action = textOf(data.action) as IncomingMessage['action']
        host.onMarker({ identifier: channel, action, prop: textOf(data.prop), timestamp, cursor })
      }
    }

    const joined = (channel: string | undefined, cursor: string | undefined) => {
      if (channel === undefined) return
      answered(channel)
      host.onJoined(channel, cursor !== undefined, cursor)
    }

    const rejected = (channel: string, reason: unknown) => {
      answered(channel)
      host.onRejected(channel, reason)
    }

    /**
     * The reference's server does not say which one is too many. Once there are as many such refusals as there are
     * channels without an answer, it is these; until then one of them may still be confirmed, and asking such a server
     * twice doubles the channel's markers.
     */
    const answered = (channel = '') => {
      unanswered.delete(channel)
      if (nameless < unanswered.size) return
      nameless = 0
      stopPatience()
      for (const name of unanswered) rejected(name, reason)
    }

    const refusedNameless = (why: unknown) => {
      warnOfNamelessRefusal(host, why, unanswered)
      if (nameless++ === 0) stopPatience = settings.clock.after(PATIENCE_MS, giveUp)
      reason = why
      answered()
    }

    /** One that is never answered shall not keep those beside it waiting. Some may be confirmed and have not said so. */
    const giveUp = () => {
      for (const name of unanswered) perform('unsubscribe_from', name)
      nameless = unanswered.size
      answered()
    }

    const askShared = () => {
      if (form === 'identifier' && socket.isOpen() && !isShared) command('subscribe', shared)
    }

    /** Sync is turned off, perhaps for a while; without this subscription nothing is heard of any channel (R1). */
    const askSharedAgain = () => {
      isShared = false
      settings.clock.after(delayBefore(++rejections, REFUSED_MS, settings.random), askShared)
    }

    const askAgain = (names: readonly string[], afterMs: unknown) => {
      if (typeof afterMs !== 'number') return
      const [asked, patient] = [unanswered, waiting]
      const due = names.filter((name) => !patient.has(name))
      // One error comes for each command too many, and names none: what it is about waits already.
      if (due.length === 0 && names.length > 0) return
      for (const name of due) patient.add(name)
      settings.clock.after(afterMs, () => {
        askShared()
        for (const name of due) if (patient.delete(name) && asked.has(name)) host.onRetry(name)
      })
    }

    return {
      ...socket,
      join(channel, cursor) {
        if (!socket.isOpen() || (form === 'identifier' && !isShared)) return
        unanswered.add(channel)
        if (form === 'identifier') return perform('subscribe_to', channel, cursor)
        const identifier = subscriptionOf(channelClass, channel, cursor)
        for (const [old, name] of channels) if (name === channel && old !== identifier) drop(old)
        channels.set(identifier, channel)
        command('subscribe', identifier)
      },
      leave(channel) {
        if (!socket.isOpen()) return
        // What was asked for before is answered all the same.
        if (form === 'identifier') return perform('unsubscribe_from', channel)
        unanswered.delete(channel)
        for (const [identifier, name] of channels) if (name === channel) drop(identifier)
      },
      wake() {
        socket.wake()
        askShared()
      },
      close() {
        forget()
        socket.close()
      },
    }

    function drop(identifier: string): void {
      channels.delete(identifier)
      command('unsubscribe', identifier)
    }
  }
}

/** The cable's identifier of one channel: `Account:1/account_users` is a model, an id and a collection. */
function subscriptionOf(channelClass: string, channel: string, cursor?: string): string {
  const [, model, id, collection] = /^([^:]*):([^/]*)(?:\/(.*))?$/.exec(channel) ?? []
  return JSON.stringify({
    channel: channelClass,
    model,
    id: id && idOf(id),
    collection,
    cursor,
  })
}

/** An id that is not encoded soundly is no id of ours; the server says so, and other channels go on. */
function idOf(text: string): string {
  try {
    const id = decodeURIComponent(text)
    // The id `all`, written as `%61ll`, is not the list of all.
    return id === 'all' ? text : id
  } catch {
    return text
  }
}
