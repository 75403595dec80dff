/**
 * The native wire, for markers only: `hello`, then `join {want: 'markers'}` for each channel.
 *
 *   R1 no lost refresh   a join from a cursor is answered with a marker if the channel changed since
 */
import type { SocketOptions, Transport } from '../transport.ts'
import { socketAddress } from './address.ts'
import { type Frame, reconnectingSocket } from './socket.ts'

export interface NativeOptions extends SocketOptions {
  /** For servers that authenticate by token instead of a cookie; called for every connection. */
  readonly token?: () => string | undefined
}

/** Connects to `GET /sync`, with the subprotocol `syncline.v1`. */
export function native(url = '/sync', options: NativeOptions = {}): Transport {
  return (host, settings) => {
    const device = `page-${settings.random()}`
    const continued = new Set<string>()
    const socket = reconnectingSocket(
      {
        url: () => socketAddress(url),
        protocol: 'syncline.v1',
        // 20 s: under the 30 s idle limit of common proxies.
        quietMs: 20_000,
        ping: { type: 'ping' },
        onOpen: () =>
          socket.send({ type: 'hello', protocol: 1, device, schema: 1, token: options.token?.() }),
        onFrame: (frame) => receive(frame),
      },
      host,
      settings,
      options,
    )

    const receive = (frame: Frame): unknown => {
      const { channel, cursor } = frame as { channel: string; cursor: string }
      switch (frame.type) {
        case 'welcome':
          host.onDebounce(frame['debounceMs'] as number)
          return socket.dispatch('greeted')
        case 'joined':
          return host.onJoined(channel, continued.has(channel), cursor)
        case 'marker':
          return host.onMarker({ ...(frame as object), type: undefined, identifier: channel })
        case 'pong':
          return host.onCursor(cursor)
        case 'gone':
          return host.onRejected(channel, frame['reason'])
        case 'error':
          if (typeof frame['retryAfterMs'] !== 'number') return host.onRejected(channel, frame['message'])
          // Whatever is opened until then asks for everything.
          return settings.clock.after(frame['retryAfterMs'], () => socket.isOpen() && host.onRetry(channel))
        case 'bye':
          return socket.dispatch(
            frame['reconnect'] ? 'lost' : 'refused',
            frame['afterMs'] as number | undefined,
          )
      }
    }

    return {
      ...socket,
      join(channel, cursor) {
        continued[cursor === undefined ? 'delete' : 'add'](channel)
        if (socket.isOpen()) socket.send({ type: 'join', channel, want: 'markers', cursor })
      },
      leave(channel) {
        if (socket.isOpen()) socket.send({ type: 'leave', channel, want: 'markers' })
      },
    }
  }
}
