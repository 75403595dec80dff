/**
 * The canary: a fixed small job whose speed tells how fast the machine is right now.
 *
 * Shared machines change speed by factors within minutes; a round during which the canary moved says nothing.
 */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Time of each part, in ms. */
export interface CanaryReading {
  readonly json: number
  readonly loopback: number
  readonly disk: number
}

/** A round in which a part of the canary moved by more than this share is thrown away. */
export const LARGEST_MOVE = 0.25

/** Runs the canary once: about 100 ms. */
export async function readCanary(): Promise<CanaryReading> {
  return {
    json: await best(3, timeJson),
    loopback: await best(3, timeLoopback),
    disk: await best(3, timeDisk),
  }
}

/** How far two readings lie apart: the largest relative move of any part that the scenario depends on. */
export function movement(
  before: CanaryReading,
  after: CanaryReading,
  parts: readonly (keyof CanaryReading)[],
): number {
  return Math.max(
    ...parts.map((part) => Math.abs(after[part] - before[part]) / Math.min(before[part], after[part])),
  )
}

async function best(times: number, measure: () => number | Promise<number>): Promise<number> {
  const readings: number[] = []
  for (let time = 0; time < times; time++) readings.push(await measure())
  return Math.min(...readings)
}

function timeJson(): number {
  const text = JSON.stringify(
    Array.from({ length: 2000 }, (_, n) => ({ id: `record-${n}`, name: 'Camera', zoom: n })),
  )
  const start = performance.now()
  for (let turn = 0; turn < 20; turn++) JSON.stringify(JSON.parse(text))
  return performance.now() - start
}

async function timeLoopback(): Promise<number> {
  const server = createServer((socket) => socket.pipe(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const socket = createConnection((server.address() as { port: number }).port, '127.0.0.1')
  const start = performance.now()
  for (let turn = 0; turn < 200; turn++) {
    socket.write('x')
    await new Promise((resolve) => socket.once('data', resolve))
  }
  const elapsed = performance.now() - start
  socket.destroy()
  server.close()
  return elapsed
}

function timeDisk(): number {
  const folder = mkdtempSync(join(tmpdir(), 'syncline-canary-'))
  const file = openSync(join(folder, 'probe'), 'w')
  const block = Buffer.alloc(8192, 1)
  const start = performance.now()
  for (let turn = 0; turn < 20; turn++) {
    writeSync(file, block)
    fdatasyncSync(file)
  }
  const elapsed = performance.now() - start
  closeSync(file)
  rmSync(folder, { recursive: true })
  return elapsed
}
