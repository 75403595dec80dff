/** A page of a production, on a device of a simulated server: what the tests of the React hooks render. */
import { act, cleanup, render } from '@testing-library/react'
import { createElement, type FunctionComponent, type ReactNode, StrictMode } from 'react'
import { boolean, defineSchema, hasMany, integer, model, reference, room, text } from 'syncline'
import type { Client } from 'syncline/client'
import { createSyncHooks } from 'syncline/react'
import { simulate, type Simulation } from 'syncline/testing'
import { afterEach, beforeEach, expect, vi } from 'vitest'

export const schema = defineSchema({
  models: {
    production: model('productions', { name: text() }),
    camera: model('cameras', {
      productionId: reference('production'),
      name: text(),
      zoom: integer().default(0),
    }),
    checklistItem: model('checklist_items', {
      productionId: reference('production'),
      name: text(),
      completed: boolean().default(false),
    }),
  },
  relations: { production: { cameras: hasMany('camera') } },
  rooms: { production: room({ camera: 'productionId', checklistItem: 'productionId' }) },
})

export type StageClient = Client<typeof schema>

export const hooks = createSyncHooks<typeof schema>()

const open: Simulation<typeof schema>[] = []

const complaints: string[] = []

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(
    (...parts) => void complaints.push(parts.map(String).join(' ')),
  )
})

afterEach(() => {
  cleanup()
  for (const simulation of open.splice(0)) simulation.close()
  // Such as an update of one component while another renders.
  expect(takeComplaints()).toEqual([])
})

/** What React complained of since it was last asked; a test that expects complaints takes them. */
export function takeComplaints(): string[] {
  return complaints.splice(0)
}

export const DIRECT = { user: null }

/** Production `p1` with two cameras and a task, and an empty `p2`, readable by ana and ben; a device for each user. */
export async function setUp(...users: string[]) {
  const simulation = simulate({ schema, seed: 1, users: users.length > 0 ? users : ['ana'] })
  const { server, clock } = simulation
  open.push(simulation)
  server.write((tx) => {
    tx.create('production', 'p1', { name: 'Opera' }, DIRECT)
    tx.create('production', 'p2', { name: 'Ballet' }, DIRECT)
    tx.create('camera', 'c1', { productionId: 'p1', name: 'One', zoom: 2 }, DIRECT)
    tx.create('camera', 'c2', { productionId: 'p1', name: 'Two', zoom: 1 }, DIRECT)
    tx.create('checklistItem', 't1', { productionId: 'p1', name: 'Lights', completed: false }, DIRECT)
    for (const user of ['ana', 'ben']) {
      for (const id of ['p1', 'p2']) tx.grant(user, 'production', id)
    }
  })
  await clock.advance(100)
  const [first] = simulation.clients
  if (!first) throw new Error('The simulation has no client.')
  return {
    ...simulation,
    client: first.client,
    wire: first.wire,
    /** Lets time pass on the simulation's clock, and React render what it brings. */
    advance: (ms = 500) => act(() => clock.advance(ms)),
    /** Writes to the database as another program would. */
    write: (work: Parameters<typeof server.write>[0]) => server.write(work),
    /** Messages of this type that the first device sent. */
    sent: (type: string) => simulation.trace.filter((line) => line.startsWith(`0> {"type":"${type}"`)),
  }
}

/** Renders below a provider, in Strict Mode when asked. */
export function show(client: StageClient, page: ReactNode, { isStrict = false } = {}) {
  const wrap = (children: ReactNode) => {
    const provided = createElement(hooks.SyncProvider, { client, children })
    return isStrict ? createElement(StrictMode, null, provided) : provided
  }
  const { rerender, unmount, container } = render(wrap(page))
  return { container, unmount, rerender: (next: ReactNode) => rerender(wrap(next)) }
}

/** A component that shows what a hook returns, and keeps every value that it was rendered with. */
export function probe<Value, Props extends object = object>(use: (props: Props) => Value) {
  const seen: Value[] = []
  const Probe: FunctionComponent<Props> = (props) => {
    const value = use(props)
    seen.push(value)
    return null
  }
  return {
    Probe,
    seen,
    get last(): Value {
      return seen.at(-1) as Value
    },
  }
}

/** Production `p1`, joined. */
export const Joined: FunctionComponent<{ readonly id?: string; readonly children?: ReactNode }> = ({
  id = 'p1',
  children,
}) => {
  hooks.useRoom('production', id)
  return children
}
