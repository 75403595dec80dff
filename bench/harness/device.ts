/** A device of the native wire on a raw socket: only what a load generator needs. */
import { openRawSocket, type RawSocket } from './raw-socket.ts'

export interface Device {
  readonly raw: RawSocket
  /** Resolves when the next message of this type is there, unread. */
  arrival(type: string): Promise<void>
  /** Resolves with the next message of this type. */
  next(type: string): Promise<Record<string, unknown>>
  send(message: Record<string, unknown>): void
  /** Joins a channel and resolves when it is live. */
  join(channel: string): Promise<void>
  lastOp: number
}

/** Connects, says hello and waits for `welcome` and the `ack` behind it. */
export async function openDevice(options: { port: number; device: string; token: string }): Promise<Device> {
  const raw = await openRawSocket(options.port, '/sync', 'syncline.v1')
  const waiting = new Map<string, (text: () => string) => void>()
  const device: Device = {
    raw,
    arrival: (type) => new Promise((resolve) => waiting.set(type, () => resolve())),
    next: (type) =>
      new Promise((resolve) =>
        waiting.set(type, (text) => resolve(JSON.parse(text()) as Record<string, unknown>)),
      ),
    send: (message) => raw.send(JSON.stringify(message)),
    async join(channel) {
      const joined = device.next('joined')
      device.send({ type: 'join', channel })
      await joined
    },
    lastOp: 0,
  }
  raw.onFrame = (data, start, end) => {
    const type = typeOf(data, start)
    const text = () => data.toString('utf8', start, end)
    if (type === 'error' || type === 'bye' || type === 'gap') throw new Error(`The server answered ${text()}`)
    const take = waiting.get(type)
    if (!take) return
    waiting.delete(type)
    take(text)
  }
  const welcome = device.next('welcome')
  const ack = device.next('ack')
  device.send({ type: 'hello', protocol: 1, device: options.device, schema: 1, token: options.token })
  device.lastOp = (await welcome)['lastOp'] as number
  await ack
  return device
}

/** The `type` of a frame, read without parsing it: `type` is the first member of every frame of the server. */
function typeOf(data: Buffer, start: number): string {
  const head = data.toString('latin1', start, start + 40)
  return /^\{"type":"([a-z]+)"/.exec(head)?.[1] ?? ''
}
