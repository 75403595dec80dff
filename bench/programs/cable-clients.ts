/**
 * Clients of Action Cable for the benchmark: raw sockets that count the markers each of them gets.
 *
 *   subscribe   opens sockets that follow accounts 1 … `channels`; answers when all are confirmed
 *   count       resolves when every socket has `messages` more; a socket that gets more makes the figure 0
 *   heard       how many markers all of them together have had
 */
import { serve } from '../harness/child.ts'
import { openRawSocket, type RawSocket } from '../harness/raw-socket.ts'

type Request =
  | { kind: 'subscribe'; port: number; count: number; channels: number }
  | { kind: 'count'; port: number; messages: number }
  | { kind: 'heard'; port: number }

class Audience {
  readonly sockets: RawSocket[] = []
  readonly heard: number[] = []
  onMarker: (socket: number) => void = () => {}
}

const MARKER = Buffer.from('"action":"refresh"')
const audiences = new Map<number, Audience>()
const SETTLE_MS = 60

async function subscribe(port: number, count: number, channels: number): Promise<void> {
  const audience = new Audience()
  audiences.set(port, audience)
  for (let n = 0; n < count; n++) audience.sockets.push(await follow(audience, n, port, channels))
}

function follow(audience: Audience, n: number, port: number, channels: number): Promise<RawSocket> {
  return new Promise((resolve, reject) => {
    openRawSocket(port, '/cable', 'actioncable-v1-json').then((raw) => {
      let confirmed = 0
      audience.heard[n] = 0
      raw.onFrame = (data, start, end) => {
        if (data.subarray(start, end).includes(MARKER)) {
          audience.heard[n] = (audience.heard[n] ?? 0) + 1
          return audience.onMarker(n)
        }
        const { type } = JSON.parse(data.subarray(start, end).toString()) as { readonly type: string }
        if (type === 'welcome') {
          for (let id = 1; id <= channels; id++) {
            const identifier = JSON.stringify({ channel: 'SyncChannel', model: 'Account', id: String(id) })
            raw.send(JSON.stringify({ command: 'subscribe', identifier }))
          }
        }
        if (type === 'confirm_subscription' && ++confirmed === channels) resolve(raw)
      }
    }, reject)
  })
}

async function count(port: number, messages: number): Promise<Record<string, number>> {
  const audience = audiences.get(port) as Audience
  const before = [...audience.heard]
  const cpu = process.cpuUsage()
  const beganMs = performance.now()
  let behind = audience.sockets.length
  await new Promise<void>((resolve) => {
    audience.onMarker = (n) => {
      if ((audience.heard[n] ?? 0) - (before[n] ?? 0) === messages && --behind === 0) resolve()
    }
  })
  const elapsedMs = performance.now() - beganMs
  const { user, system } = process.cpuUsage(cpu)
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  const isSound = audience.heard.every((heard, n) => heard - (before[n] ?? 0) === messages)
  const deliveries = audience.sockets.length * messages
  return {
    rate: isSound ? deliveries / (elapsedMs / 1_000) : 0,
    generatorCpu: (user + system) / 1_000 / elapsedMs,
  }
}

serve(async (request: Request): Promise<unknown> => {
  if (request.kind === 'subscribe') return subscribe(request.port, request.count, request.channels)
  if (request.kind === 'count') return count(request.port, request.messages)
  return audiences.get(request.port)?.heard.reduce((sum, heard) => sum + heard, 0) ?? 0
})
