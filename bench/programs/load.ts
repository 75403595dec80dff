/** The load generator: one process, raw sockets, for all contestants alike. */
import { type Device, openDevice, typeOf } from '../harness/device.ts'
import { openRawSocket, type RawSocket } from '../harness/raw-socket.ts'
import { quantile } from '../harness/statistics.ts'
import { serve } from '../harness/child.ts'

type Request =
  | { kind: 'raw-latency'; port: number; forMs: number }
  | { kind: 'latency'; port: number; tokens: [string, string]; room: string; record: string; forMs: number }
  | { kind: 'writes'; port: number; tokens: string[]; records: string[]; opsPerPush: number; forMs: number }
  | { kind: 'subscribe'; port: number; count: number; path: string }
  | { kind: 'count'; forMs: number; burst: number }

let run = 0

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

async function rawLatency({ port, forMs }: Extract<Request, { kind: 'raw-latency' }>) {
  const a = await openRawSocket(port, '/')
  const b = await openRawSocket(port, '/')
  const body = (turn: number) =>
    JSON.stringify({
      type: 'push',
      ops: [{ n: turn, model: 'camera', id: 'c1', action: 'update', fields: { name: `Camera ${turn}` } }],
    })
  const result = await pingAcross(
    (turn) => a.send(body(turn)),
    () => new Promise<void>((resolve) => (b.onFrame = () => resolve())),
    forMs,
  )
  a.close()
  b.close()
  return result
}

async function latency({ port, tokens, room, record, forMs }: Extract<Request, { kind: 'latency' }>) {
  run += 1
  const a = await openDevice({ port, device: `bench-a-${process.pid}-${run}`, token: tokens[0] })
  const b = await openDevice({ port, device: `bench-b-${process.pid}-${run}`, token: tokens[1] })
  const joined = b.next('joined')
  b.send({ type: 'join', channel: room })
  await joined
  const op = (turn: number) => ({
    type: 'push',
    ops: [{ n: turn, model: 'camera', id: record, action: 'update', fields: { name: `Camera ${turn}` } }],
  })
  const result = await pingAcross(
    (turn) => a.send(op(turn)),
    () => b.next('changes'),
    forMs,
  )
  a.raw.close()
  b.raw.close()
  return result
}

/** Every device pushes again as soon as it is acknowledged: acknowledged ops per second. */
async function writes({ port, tokens, records, opsPerPush, forMs }: Extract<Request, { kind: 'writes' }>) {
  run += 1
  const devices = await Promise.all(
    tokens.map((token, n) => openDevice({ port, device: `bench-w-${process.pid}-${run}-${n}`, token })),
  )
  const start = performance.now()
  const end = start + forMs
  let acknowledged = 0
  const drive = async (device: Device, place: number) => {
    while (performance.now() < end) {
      const ops = Array.from({ length: opsPerPush }, (_, offset) => {
        const n = device.lastOp + offset + 1
        return {
          n,
          model: 'camera',
          id: records[(place * 997 + n) % records.length],
          action: 'update',
          fields: { name: `Camera ${n}` },
        }
      })
      const ack = device.next('ack')
      device.send({ type: 'push', ops })
      const { lastOp, rejected } = (await ack) as { lastOp: number; rejected: unknown[] }
      if (lastOp !== device.lastOp + opsPerPush || rejected.length > 0)
        throw new Error(
          `Ops were lost: expected ${device.lastOp + opsPerPush}, got ${lastOp}, rejected ${JSON.stringify(rejected).slice(0, 300)}`,
        )
      device.lastOp = lastOp
      acknowledged += opsPerPush
    }
  }
  await Promise.all(devices.map(drive))
  const rate = acknowledged / ((performance.now() - start) / 1000)
  for (const device of devices) device.raw.close()
  return { rate }
}

let subscribers: { raw: RawSocket; last: number }[] = []
let received = 0
let disordered = 0

const MARK = Buffer.from('"version":')

/** The number behind `"version":`, which rises by one with every message of a fan-out. */
function versionOf(payload: Buffer): number {
  let at = payload.indexOf(MARK) + MARK.length
  let version = 0
  for (let digit = payload[at] as number; digit >= 48 && digit <= 57; digit = payload[++at] as number)
    version = version * 10 + digit - 48
  return version
}

async function subscribe({ port, count, path }: Extract<Request, { kind: 'subscribe' }>) {
  for (const { raw } of subscribers) raw.close()
  subscribers = []
  for (let opened = 0; opened < count; opened += 100) {
    const raws = await Promise.all(
      Array.from({ length: Math.min(100, count - opened) }, () => openRawSocket(port, path)),
    )
    for (const raw of raws) {
      const subscriber = { raw, last: 0 }
      raw.onFrame = (payload) => {
        if (typeOf(payload) !== 'changes') return
        const version = versionOf(payload)
        if (subscriber.last !== 0 && version !== subscriber.last + 1) disordered += 1
        subscriber.last = version
        received += 1
      }
      subscribers.push(subscriber)
    }
  }
  return subscribers.length
}

async function count({ forMs }: Extract<Request, { kind: 'count' }>) {
  await new Promise((resolve) => setTimeout(resolve, 150))
  const cpu = process.cpuUsage()
  const before = received
  const start = performance.now()
  await new Promise((resolve) => setTimeout(resolve, forMs))
  const elapsed = performance.now() - start
  const used = process.cpuUsage(cpu)
  return {
    rate: disordered > 0 ? 0 : ((received - before) / elapsed) * 1000,
    generatorCpu: (used.user + used.system) / 1000 / elapsed,
    disordered,
  }
}

serve((request: Request): Promise<unknown> => {
  switch (request.kind) {
    case 'raw-latency':
      return rawLatency(request)
    case 'latency':
      return latency(request)
    case 'writes':
      return writes(request)
    case 'subscribe':
      return subscribe(request)
    case 'count':
      return count(request)
  }
})
