/** A device of the native wire on a raw socket: only what a load generator needs. */
import { openRawSocket, type RawSocket } from './raw-socket.ts'

export interface Device {
  readonly raw: RawSocket
  /** Resolves with the next message of this type. */
  next(type: string): Promise<Record<string, unknown>>
  send(message: Record<string, unknown>): void
  lastOp: number
}

/** Connects, says hello and waits for `welcome` and the `ack` behind it. */
export async function openDevice(options: {
  port: number
  device: string
  token: string
  path?: string
}): Promise<Device> {
  const raw = await openRawSocket(options.port, options.path ?? '/sync', 'syncline.v1')
  const waiting = new Map<string, (message: Record<string, unknown>) => void>()
  const device: Device = {
    raw,
    next: (type) => new Promise((resolve) => waiting.set(type, resolve)),
    send: (message) => raw.send(JSON.stringify(message)),
    lastOp: 0,
  }
  raw.onFrame = (payload) => {
    const type = typeOf(payload)
    if (type === 'error' || type === 'bye' || type === 'gap')
      throw new Error(`The server answered ${payload.toString()}`)
    const resolve = waiting.get(type)
    if (!resolve) return
    waiting.delete(type)
    resolve(JSON.parse(payload.toString()) as Record<string, unknown>)
  }
  const welcome = device.next('welcome')
  const ack = device.next('ack')
  device.send({ type: 'hello', protocol: 1, device: options.device, schema: 1, token: options.token })
  device.lastOp = (await welcome).lastOp as number
  await ack
  return device
}

/** The `type` of a frame, read without parsing it: `type` is the first member of every frame of the server. */
export function typeOf(payload: Buffer): string {
  const head = payload.toString('latin1', 0, 40)
  return /^\{"type":"([a-z]+)"/.exec(head)?.[1] ?? ''
}
