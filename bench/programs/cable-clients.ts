/**
 * Clients of Action Cable for the benchmark: raw sockets that count the markers each of them gets.
 *
 *   setUp       opens sockets and, once all are welcomed, subscribes; resolves with how long the last confirmation took
 *   subscribe   opens sockets that follow accounts 1 … `channels`; answers when all are confirmed
 *   count       resolves when every socket has `messages` more; a socket that gets more makes the figure 0
 *   heard       how many markers all of them together have had
 */
import { serve } from '../harness/child.ts'
import { openRawSocket, type RawSocket } from '../harness/raw-socket.ts'

type Request =
  | { kind: 'setUp'; port: number; count: number; channels: number }
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
  for (let n = 0; n < count; n++) {
    const cable = await openCable(port, () => {
      audience.heard[n] = (audience.heard[n] ?? 0) + 1
      audience.onMarker(n)
    })
    audience.heard[n] = 0
    await cable.follow(channels)
    audience.sockets.push(cable.raw)
  }
}

/** Subscribes from all sockets at a time, to the same accounts each. */
async function setUp(port: number, count: number, channels: number): Promise<Record<string, number>> {
  const cables = await Promise.all(Array.from({ length: count }, () => openCable(port, () => {})))
  const cpu = process.cpuUsage()
  const beganMs = performance.now()
  await Promise.all(cables.map((cable) => cable.follow(channels)))
  const setUpMs = performance.now() - beganMs
  const { user, system } = process.cpuUsage(cpu)
  for (const { raw } of cables) raw.close()
  // What the server still has to tidy up is not the next contestant's.
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  return { setUpMs, generatorCpu: (user + system) / 1_000 / setUpMs }
}

interface Cable {
  readonly raw: RawSocket
  /** Subscribes to accounts 1 … `channels`; resolves when all are confirmed. */
  follow(channels: number): Promise<void>
}

/** Opens a cable; resolves when it is welcomed. */
async function openCable(port: number, onMarker: () => void): Promise<Cable> {
  const raw = await openRawSocket(port, '/cable', 'actioncable-v1-json')
  let missing = 0
  let onConfirmed = () => {}
  const cable: Cable = {
    raw,
    follow: (channels) =>
      new Promise((resolve) => {
        missing = channels
        onConfirmed = resolve
        for (let id = 1; id <= channels; id++) {
          const identifier = JSON.stringify({ channel: 'SyncChannel', model: 'Account', id: String(id) })
          raw.send(JSON.stringify({ command: 'subscribe', identifier }))
        }
      }),
  }
  return new Promise((resolve) => {
    raw.onFrame = (data, start, end) => {
      const frame = data.subarray(start, end)
      if (frame.includes(MARKER)) return onMarker()
      const { type } = JSON.parse(frame.toString()) as { readonly type: string }
      if (type === 'welcome') resolve(cable)
      if (type === 'confirm_subscription' && --missing === 0) onConfirmed()
    }
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
  if (request.kind === 'setUp') return setUp(request.port, request.count, request.channels)
  if (request.kind === 'subscribe') return subscribe(request.port, request.count, request.channels)
  if (request.kind === 'count') return count(request.port, request.messages)
  return audiences.get(request.port)?.heard.reduce((sum, heard) => sum + heard, 0) ?? 0
})
