/** The load generator: one process, raw sockets, for all contestants alike. */
import { Arrivals } from '../harness/arrivals.ts'
import { Audience } from '../harness/audience.ts'
import { type Device, openDevice } from '../harness/device.ts'
import { Naps } from '../harness/naps.ts'
import { openRawSocket } from '../harness/raw-socket.ts'
import { quantile } from '../harness/statistics.ts'
import { serve } from '../harness/child.ts'

/** Where a device connects and as whom. */
interface Target {
  readonly port: number
  readonly tokens: readonly string[]
  readonly room: string
}

type Request =
  | { kind: 'raw-latency'; port: number; forMs: number }
  | { kind: 'latency'; target: Target; record: string; forMs: number }
  | { kind: 'writes'; target: Target; records: string[]; opsPerPush: number; forMs: number }
  | { kind: 'subscribe'; audience: string; count: number; target: Target | { port: number } }
  | { kind: 'count'; audience: string; forMs: number }
  | { kind: 'settle'; audience: string; last: number }
  | { kind: 'unsubscribe' }

type Of<K extends Request['kind']> = Extract<Request, { kind: K }>

let run = 0
const audiences = new Map<string, Audience>()
const naps = new Naps()
const arrivals = new Arrivals()

function noteRead(bytes: number): void {
  naps.note(bytes)
  arrivals.note(bytes)
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Sends one message at a time from A and waits until B has it; ms by quantile. */
async function pingAcross(send: (turn: number) => void, received: () => Promise<unknown>, forMs: number) {
  const times: number[] = []
  const end = performance.now() + forMs
  for (let turn = 1; performance.now() < end; turn++) {
    const arrival = received()
    const start = performance.now()
    send(turn)
    await arrival
    times.push(performance.now() - start)
  }
  const warm = times.slice(Math.min(50, Math.floor(times.length / 4)))
  return { p50: quantile(warm, 0.5), p99: quantile(warm, 0.99), count: times.length }
}

/** Another name than the record has: what changes nothing is not logged. */
function pushOf(turn: number, record: string): Record<string, unknown> {
  const op = { n: turn, model: 'camera', id: record, action: 'update', fields: { name: `Renamed ${turn}` } }
  return { type: 'push', ops: [op] }
}

async function rawLatency({ port, forMs }: Of<'raw-latency'>) {
  const a = await openRawSocket(port, '/')
  const b = await openRawSocket(port, '/')
  const result = await pingAcross(
    (turn) => a.send(JSON.stringify(pushOf(turn, 'camera-1'))),
    () => new Promise<void>((resolve) => (b.onFrame = () => resolve())),
    forMs,
  )
  a.close()
  b.close()
  return result
}

async function latency({ target: { port, tokens, room }, record, forMs }: Of<'latency'>) {
  run += 1
  const [tokenA = '', tokenB = ''] = tokens
  const a = await openDevice({ port, device: `bench-a-${process.pid}-${run}`, token: tokenA })
  const b = await openDevice({ port, device: `bench-b-${process.pid}-${run}`, token: tokenB })
  await b.join(room)
  const result = await pingAcross(
    (turn) => a.send(pushOf(turn, record)),
    () => b.arrival('changes'),
    forMs,
  )
  a.raw.close()
  b.raw.close()
  return result
}

/** Every device pushes again as soon as it is acknowledged: acknowledged ops per second. */
async function writes({ target: { port, tokens }, records, opsPerPush, forMs }: Of<'writes'>) {
  run += 1
  const devices = await Promise.all(
    tokens.map((token, n) => openDevice({ port, device: `bench-w-${process.pid}-${run}-${n}`, token })),
  )
  const cpu = process.cpuUsage()
  const start = performance.now()
  const end = start + forMs
  let acknowledged = 0
  const drive = async (device: Device, place: number) => {
    while (performance.now() < end) {
      await pushAndWait(device, opsPerPush, (n) => records[(place * 997 + n) % records.length] as string)
      acknowledged += opsPerPush
    }
  }
  await Promise.all(devices.map(drive))
  const elapsed = performance.now() - start
  for (const device of devices) device.raw.close()
  return { rate: acknowledged / (elapsed / 1000), generatorCpu: shareOf(cpu, elapsed) }
}

async function pushAndWait(device: Device, count: number, recordOf: (n: number) => string): Promise<void> {
  const ops = Array.from({ length: count }, (_, offset) => {
    const n = device.lastOp + offset + 1
    return { n, model: 'camera', id: recordOf(n), action: 'update', fields: { name: `Renamed ${n}` } }
  })
  const ack = device.next('ack')
  device.send({ type: 'push', ops })
  const { lastOp, rejected } = (await ack) as { lastOp: number; rejected: unknown[] }
  const expected = device.lastOp + count
  if (lastOp !== expected || rejected.length > 0) {
    const refused = JSON.stringify(rejected).slice(0, 300)
    throw new Error(`Ops were lost: expected op ${expected}, got ${lastOp}, rejected ${refused}`)
  }
  device.lastOp = lastOp
}

async function subscribe({ audience: name, count, target }: Of<'subscribe'>) {
  const audience = new Audience()
  audiences.set(name, audience)
  const open = async (place: number) => {
    if (!('tokens' in target)) return openRawSocket(target.port, '/')
    const token = target.tokens[place % target.tokens.length] as string
    const device = await openDevice({ port: target.port, device: `bench-s-${process.pid}-${place}`, token })
    await device.join(target.room)
    return device.raw
  }
  for (let opened = 0; opened < count; opened += 100) {
    const places = Array.from({ length: Math.min(100, count - opened) }, (_, offset) => opened + offset)
    for (const raw of await Promise.all(places.map(open))) audience.add(raw, noteRead)
  }
  return audience.size
}

/** Of more sockets each turn of the event loop brings enough as it is; naps only made their rates wander. */
const MOST_NAPPING = 1_000

/** Time after the first burst before counting begins, in ms. */
const WARM_MS = 100
/** Time after what counts, so that what comes by then is noted, in ms: the server publishes for longer. */
const COOL_MS = 20

async function count({ audience: name, forMs }: Of<'count'>) {
  const audience = audienceOf(name)
  if (audience.size <= MOST_NAPPING) naps.begin()
  const cpu = process.cpuUsage()
  const before = audience.received
  const start = performance.now()
  arrivals.begin()
  await pause(WARM_MS + forMs + COOL_MS)
  const generatorCpu = shareOf(cpu, performance.now() - start)
  const bytesPerMs = arrivals.rate(WARM_MS, WARM_MS + forMs)
  const { messages, bytes } = audience.received
  const bytesPerMessage = (bytes - before.bytes) / (messages - before.messages)
  const rate = bytesPerMs === 0 ? 0 : (bytesPerMs / bytesPerMessage) * 1000
  return { rate, bytesPerMessage, generatorCpu }
}

/** Waits until everybody has the last message; answers what went wrong. */
async function settle({ audience: name, last }: Of<'settle'>) {
  const audience = audienceOf(name)
  naps.end()
  for (let waited = 0; audience.lacking(last) > 0 && waited < 5_000; waited += 20) await pause(20)
  const lacking = audience.lacking(last)
  if (lacking === 0) audience.forget()
  return { lacking, disordered: audience.disordered }
}

function audienceOf(name: string): Audience {
  const audience = audiences.get(name)
  if (!audience) throw new Error(`There is no audience \`${name}\`. Subscribe it first.`)
  return audience
}

function shareOf(since: NodeJS.CpuUsage, elapsedMs: number): number {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1000 / elapsedMs
}

async function unsubscribe() {
  for (const audience of audiences.values()) audience.close()
  audiences.clear()
}

const HANDLERS: { [K in Request['kind']]: (request: Of<K>) => Promise<unknown> } = {
  'raw-latency': rawLatency,
  latency,
  writes,
  subscribe,
  count,
  settle,
  unsubscribe,
}

serve((request: Request) => (HANDLERS[request.kind] as (request: Request) => Promise<unknown>)(request))
