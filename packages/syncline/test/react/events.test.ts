// @vitest-environment happy-dom
import { act } from '@testing-library/react'
import { createElement as h } from 'react'
import { expect, expectTypeOf, test } from 'vitest'
import { DIRECT, hooks, Joined, probe, setUp, show } from './page.ts'

const { useEntitySync, useEntityUpdates, useRefreshOnChange } = hooks

interface CameraRow {
  readonly id: string
  readonly productionId: string
  readonly name: string
  readonly zoom: number
}

/** A form that holds a camera of its own and takes in what others change. */
function form(held: Partial<CameraRow> & { readonly id: string }, enabled = true) {
  const told: CameraRow[] = []
  const draft = { current: held }
  const { Probe } = probe(({ productionId }: { productionId?: string }) =>
    useEntitySync({
      entityType: 'camera',
      productionId,
      currentData: draft.current,
      enabled,
      onUpdate: (camera) => {
        expectTypeOf(camera).toEqualTypeOf<CameraRow>()
        told.push(camera)
        draft.current = camera
      },
    }),
  )
  return { Probe, told, draft }
}

const ONE = { id: 'c1', productionId: 'p1', name: 'One', zoom: 2 }

test('a component that holds a record is told when it is another than the one held, once', async () => {
  const { client, advance, write } = await setUp()
  const { Probe, told } = form(ONE)
  show(client, h(Probe, { productionId: 'p1' }), { isStrict: true })
  await advance()
  const afterLoading = told.length

  write((tx) => tx.update('camera', 'c2', { name: 'Due' }, DIRECT))
  await advance()
  write((tx) => tx.update('camera', 'c1', { name: 'Uno' }, DIRECT))
  await advance()

  expect(afterLoading).toBe(0)
  expect(told).toEqual([{ ...ONE, name: 'Uno' }])
})

test('it is told at once of what changed before it was shown, and of own writes that were refused', async () => {
  const { client, advance } = await setUp()
  const { Probe, told } = form({ ...ONE, name: 'Old' })
  const { rerender } = show(client, h(Probe, { productionId: 'p1' }))
  await advance()
  rerender(h(Probe, { productionId: 'p1' }))

  act(() => void client.mutate.camera.update('c1', { productionId: 'nowhere' }))
  rerender(h(Probe, { productionId: 'p1' }))
  await advance()

  expect(told).toEqual([ONE, { ...ONE, productionId: 'nowhere' }, ONE])
})

test('what is being edited stays while others change what the component does not hold', async () => {
  const { client, advance, write } = await setUp()
  const { Probe, told, draft } = form({ id: 'c1', name: 'One' })
  const { rerender } = show(client, h(Probe, { productionId: 'p1' }))
  await advance()
  draft.current = { id: 'c1', name: 'Half a wo' }
  rerender(h(Probe, { productionId: 'p1' }))

  write((tx) => tx.update('camera', 'c1', { zoom: 9 }, DIRECT))
  await advance()
  const meanwhile = [...told]
  write((tx) => tx.update('camera', 'c1', { name: 'Uno' }, DIRECT))
  await advance()

  expect(meanwhile).toEqual([])
  expect(told).toEqual([{ ...ONE, zoom: 9, name: 'Uno' }])
})

test('the hook holds the room that it names, and nothing while it is switched off or the id is unknown', async () => {
  const { client, advance, sent } = await setUp()
  const off = form({ ...ONE, name: 'Old' }, false)
  const unknown = form({ ...ONE, name: 'Old' })
  show(client, [
    h(off.Probe, { key: 1, productionId: 'p1' }),
    h(unknown.Probe, { key: 2, productionId: undefined }),
  ])
  await advance()
  const whileOff = sent('join').length
  show(client, h(form(ONE).Probe, { productionId: 'p1' }))
  await advance()

  expect([whileOff, sent('join').length]).toEqual([0, 1])
  expect([off.told, unknown.told]).toEqual([[], []])
})

test('fields that the component does not hold, and those that the schema does not know, are not compared', async () => {
  const { client, advance, write } = await setUp()
  const told: string[] = []
  const draft = { id: 'c1', name: 'One', isDirty: true }
  const part = probe(() =>
    useEntitySync({ entityType: 'camera', currentData: draft, onUpdate: ({ name }) => told.push(name) }),
  )
  show(client, h(Joined, null, h(part.Probe)))
  await advance()

  write((tx) => tx.update('camera', 'c1', { zoom: 9 }, DIRECT))
  await advance()
  const whileElsewhere = [...told]
  write((tx) => tx.update('camera', 'c1', { name: 'Uno' }, DIRECT))
  await advance()

  expect(whileElsewhere).toEqual([])
  expect(told).toEqual(['Uno'])
})

test('updates of an entity are heard with their type, whatever the form of its name', async () => {
  const { client, advance, write } = await setUp()
  const heard: string[] = []
  const listener = probe(() => {
    useEntityUpdates('checklist-item', (event) => {
      // @ts-expect-error a field that is not declared
      if (event.type === 'checklist-item:created') heard.push(event.data.nme)
      // @ts-expect-error of one that went, only the id is known
      else if (event.type === 'checklist-item:deleted' && event.data.name) return
      if (event.type === 'checklist-item:deleted') heard.push(`deleted ${event.data.id}`)
      else heard.push(`${event.type} ${event.data.name}`)
    })
    useEntityUpdates('checklistItem', ({ entityId }) => heard.push(entityId))
  })
  show(client, h(Joined, null, h(listener.Probe)), { isStrict: true })
  await advance()

  write((tx) => tx.update('checklistItem', 't1', { name: 'Sound' }, DIRECT))
  await advance()
  write((tx) => tx.delete('checklistItem', 't1', DIRECT))
  await advance()

  expect(heard).toEqual(['checklist-item:updated Sound', 't1', 'deleted t1', 't1'])
})

test('a loader is called once for a batch, after a load anew, and not for other entities', async () => {
  const { client, advance, write, server } = await setUp()
  let calls = 0
  const loader = probe(() => useRefreshOnChange('camera', () => void calls++))
  show(client, h(Joined, null, h(loader.Probe)), { isStrict: true })
  await advance()
  calls = 0

  write((tx) => {
    tx.update('camera', 'c1', { name: 'Uno' }, DIRECT)
    tx.update('camera', 'c2', { name: 'Due' }, DIRECT)
  })
  await advance()
  const afterBatch = calls
  write((tx) => tx.update('checklistItem', 't1', { name: 'Sound' }, DIRECT))
  await advance()
  const afterOther = calls
  server.reload()
  await advance()

  expect([afterBatch, afterOther, calls]).toEqual([1, 1, 2])
})

test('an entity that does not exist is named, with the nearest that does', async () => {
  const { client } = await setUp()
  const mistaken = probe(() => useEntityUpdates('checklist-itm' as 'checklist-item', () => {}))

  expect(() => show(client, h(mistaken.Probe))).toThrow(
    /no model `checklist-itm`\. Did you mean `checklistItem`/,
  )
})

test('a record of a model that does not exist is named too', async () => {
  const { client } = await setUp()
  const mistaken = probe(() => hooks.useRecord('camra' as 'camera', 'c1'))

  expect(() => show(client, h(mistaken.Probe))).toThrow(/no model `camra`\. Did you mean `camera`/)
})
