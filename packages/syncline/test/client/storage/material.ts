/** Records, outboxes and a schema for tests of storages. */
import {
  acknowledge,
  dismiss,
  emptyOutbox,
  enqueue,
  type Outbox,
  settleThrough,
} from '../../../src/client/outbox/outbox.ts'
import { renamed } from '../../../src/client/outbox/recognise.ts'
import type { StoredDevice } from '../../../src/client/storage/storage.ts'
import type { StoreRecord } from '../../../src/client/store/store-record.ts'
import {
  array,
  bigint,
  boolean,
  defineSchema,
  json,
  model,
  number,
  reference,
  room,
  text,
} from '../../../src/schema/index.ts'

/** Every form that a value has on a device. */
export const materialSchema = defineSchema({
  models: {
    production: model('productions', { name: text() }),
    camera: model('cameras', {
      productionId: reference('production'),
      name: text(),
      gain: number().nullable(),
      frames: bigint({ as: 'bigint' }).nullable(),
      tags: array(text()).nullable(),
      more: json().nullable(),
      isOn: boolean(),
    }),
  },
  rooms: { production: room({ camera: 'productionId' }) },
})

const NAMES = [
  'One',
  'Ünïcode 🎥',
  'lone \ud800 surrogate',
  '',
  'a'.repeat(300),
  '<img onerror=x>',
  '__proto__',
]
const NUMBERS = [0, -1.5, 1e300, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, null]
const OTHERS: readonly unknown[] = [
  null,
  { a: [1, { b: null }] },
  'text',
  5,
  false,
  [{}],
  { constructor: 'x' },
]

/** A record whose values follow from a number. */
export function camera(serial: number, version = 1 + (serial % 5)): StoreRecord {
  const fields = {
    id: serial % 11 === 3 ? `c ${serial} __proto__` : `c${serial}`,
    productionId: 'p1',
    name: `${NAMES[(serial + version) % NAMES.length]}${serial}`,
    gain: NUMBERS[(serial + version) % NUMBERS.length] ?? null,
    frames: serial % 3 === 0 ? null : BigInt(`9007199254740993${serial}`),
    tags: serial % 4 === 0 ? null : [`t${version}`, ''],
    more: OTHERS[(serial + version) % OTHERS.length] ?? null,
    isOn: serial % 2 === 0,
  }
  const fieldVersions: Record<string, number> = serial % 2 === 0 ? { name: version } : {}
  return { model: 'camera', version, fieldVersions, fields, enteredAt: Math.max(1, version - (serial % 3)) }
}

export function production(name: string): StoreRecord {
  return {
    model: 'production',
    version: 2,
    fieldVersions: { name: 2 },
    fields: { id: 'p1', name },
    enteredAt: 1,
  }
}

export function deviceOf(outbox: Outbox): StoredDevice {
  return { outbox, epoch: 'e1', user: 'ana' }
}

/** Queues one transaction of updates. */
export function queue(outbox: Outbox, count: number, random: () => number): Outbox {
  const drafts = Array.from({ length: count }, (_, index) => ({
    model: 'camera',
    id: `c${index}`,
    action: 'update' as const,
    fields: { name: `write ${outbox.drawn + index}`, more: { deep: [null, 'x'] } },
    base: 3,
    schema: 1,
    at: '2026-01-01T00:00:00.000Z',
  }))
  return enqueue(outbox, drafts, () => `k${random().toString(36).slice(2)}`).outbox
}

/** The outbox after something that happens to outboxes. */
export function nextOutbox(outbox: Outbox, random: () => number, now: number): Outbox {
  const kind = random()
  const unsent = outbox.drawn - outbox.lastOp
  if (kind < 0.45 || unsent === 0) return queue(outbox, 1 + Math.floor(random() * 4), random)
  if (kind < 0.7) {
    const lastOp = outbox.lastOp + Math.ceil(random() * unsent)
    const rejected = random() < 0.3 ? [{ n: lastOp, code: 'constraint', message: 'No.', field: 'name' }] : []
    return acknowledge(outbox, lastOp, rejected, now).outbox
  }
  if (kind < 0.85) return settleThrough(outbox, outbox.lastOp)
  if (kind < 0.92) return { ...outbox, held: new Map([[outbox.drawn, { frames: 5n, gain: Number.NaN }]]) }
  const [parked] = outbox.parked
  if (kind < 0.97 && parked) return dismiss(outbox, parked.op.key)
  return renamed(outbox, `device-${now}`, { code: 'device_copied', message: 'Copied.' }).outbox
}

export const newOutbox = (): Outbox => emptyOutbox('device-0')
