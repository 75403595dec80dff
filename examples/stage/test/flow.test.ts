/** The signal flow as it is computed: columns, order, places, what a device is connected with. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type FlowGraph, graphOf } from '../src/flow/graph.ts'
import { layersOf } from '../src/flow/layers.ts'
import { BOX_WIDTH, layOut } from '../src/flow/layout.ts'
import { loopsOf } from '../src/flow/loops.ts'
import { nextDevice } from '../src/flow/next-device.ts'
import { settle } from '../src/flow/settle.ts'
import { traceOf } from '../src/flow/trace.ts'
import type { Device, DeviceModel } from '../src/sync/devices.tsx'
import type { Connection } from '../src/sync/rows.ts'

const MODELS: readonly DeviceModel[] = ['camera', 'source', 'ccu', 'router', 'switcher', 'send', 'record']

const show = graphOf(
  [
    device('camera', 'cam'),
    device('ccu', 'ccu'),
    device('switcher', 'mix'),
    device('send', 'pgm'),
    device('record', 'rec', { status: 'recording' }),
    device('stream', 'spare'),
  ],
  [
    connection('cam', 'ccu'),
    connection('ccu', 'mix', { toPort: 'In 10' }),
    connection('cam', 'mix', { toPort: 'In 2' }),
    connection('mix', 'pgm', { fromPort: 'PGM' }),
    connection('pgm', 'rec'),
    connection('pgm', 'gone'),
  ],
)

test('connected devices are in the picture; loose ones and connections that lead nowhere are told apart', () => {
  expect([...show.nodes.keys()]).toEqual(['cam', 'ccu', 'mix', 'pgm', 'rec'])
  expect(show.loose.map(({ id }) => id)).toEqual(['spare'])
  expect(show.broken.map(({ toId }) => toId)).toEqual(['gone'])
})

test('inputs stand as they are numbered, and a line to what is on air is on air', () => {
  expect(show.nodes.get('mix')?.inputs).toEqual(['In 2', 'In 10'])
  expect(show.edges.filter(({ isLive }) => isLive).map(({ to }) => to)).toEqual(['rec'])
})

test('a signal runs from left to right, and a line that passes a column has a place in it', () => {
  const { columns } = layersOf(show)

  expect(columns.map((column) => column.map(({ device: id }) => id))).toEqual([
    ['cam'],
    expect.arrayContaining(['ccu', undefined]),
    ['mix'],
    ['pgm'],
    ['rec'],
  ])
})

test('devices that feed one another are a loop, told once, however many cables lead there and back', () => {
  const edges = [
    ['cam', 'mix'],
    ['mix', 'router'],
    ['router', 'mix'],
    ['router', 'mix'],
    ['mix', 'rec'],
    ['a', 'b'],
    ['b', 'c'],
    ['c', 'a'],
  ].map(([from = '', to = '']) => ({ from, to }))

  expect(loopsOf(edges)).toEqual([
    ['mix', 'router'],
    ['a', 'b', 'c'],
  ])
  expect(loopsOf(show.edges)).toEqual([])
})

test('lines that need not cross do not', () => {
  const names = ['a', 'b', 'c', 'd']
  const devices = [
    ...names.map((name) => device('camera', `cam-${name}`)),
    ...names.toReversed().map((name) => device('ccu', `ccu-${name}`)),
  ]
  const graph = graphOf(
    devices,
    names.map((name) => connection(`cam-${name}`, `ccu-${name}`)),
  )

  const { columns } = layersOf(graph)

  expect(columns[1]?.map(({ key }) => key.at(-1))).toEqual(columns[0]?.map(({ key }) => key.at(-1)))
})

test('a device is traced to all that feeds it and all that it feeds', () => {
  const { devices } = traceOf(show.edges, 'ccu')

  expect([...devices].sort()).toEqual(['cam', 'ccu', 'mix', 'pgm', 'rec'])
  expect([...traceOf(show.edges, 'cam').edges]).toHaveLength(5)
})

test('arrow keys follow the signal and the column', () => {
  const layout = layOut(show, 50)

  expect(nextDevice(layout, show.edges, 'ccu', 'ArrowRight')).toBe('mix')
  expect(nextDevice(layout, show.edges, 'ccu', 'ArrowLeft')).toBe('cam')
  expect(nextDevice(layout, show.edges, 'cam', 'ArrowDown')).toBeUndefined()
})

test('whatever is connected with whatever, boxes never overlap and every connection is drawn', () => {
  fc.assert(
    fc.property(anyGraph(), (graph) => {
      const { boxes, lines } = layOut(graph, 50)

      expect(lines).toHaveLength(graph.edges.length)
      expect(boxes).toHaveLength(graph.nodes.size)
      for (const [index, a] of boxes.entries()) {
        for (const b of boxes.slice(index + 1)) {
          const isBeside = Math.abs(a.x - b.x) >= BOX_WIDTH
          const isApart = a.y + a.height <= b.y + 0.01 || b.y + b.height <= a.y + 0.01
          expect(isBeside || isApart).toBe(true)
        }
      }
    }),
  )
})

test('things are placed where they want to be, unless they would overlap', () => {
  expect(settle([0, 100, 200], [10, 10, 10], 5)).toEqual([0, 100, 200])
  expect(settle([50, 50], [10, 10], 10)).toEqual([40, 60])
  expect(settle([100, 0], [10, 10], 0)).toEqual([45, 55])
})

function anyGraph(): fc.Arbitrary<FlowGraph> {
  const devices = fc.array(fc.constantFrom(...MODELS), { minLength: 1, maxLength: 14 })
  const ends = fc.array(fc.tuple(fc.nat(13), fc.nat(13), fc.constantFrom('', 'A', 'B')), { maxLength: 24 })
  return fc.tuple(devices, ends).map(([models, pairs]) =>
    graphOf(
      models.map((model, index) => device(model, `d${index}`)),
      pairs.map(([from, to, port], index) =>
        connection(`d${from}`, `d${to}`, { id: `c${index}`, fromPort: port, toPort: port }),
      ),
    ),
  )
}

function device(model: DeviceModel, id: string, row: object = {}): Device {
  return { id, model, name: id, row: { id, ...row } }
}

function connection(fromId: string, toId: string, more: Partial<Connection> = {}): Connection {
  const ports = { fromPort: '', toPort: '', cable: 'SDI', snakeId: '' }
  return { id: `${fromId}-${toId}`, fromId, toId, ...ports, ...more } as Connection
}
