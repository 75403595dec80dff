// @vitest-environment happy-dom
/** The React compiler memoises what it can prove pure: compiled components must still follow every change. */
import { transformAsync } from '@babel/core'
import { act } from '@testing-library/react'
import * as React from 'react'
import * as compilerRuntime from 'react/compiler-runtime'
import { expect, test } from 'vitest'
import { DIRECT, hooks, setUp, show } from './page.ts'

const SOURCE = `
  export function Cameras({ hooks, React, onRender }) {
    const { useQuery, useRecord, useRoom, useMutation, useSyncStatus } = hooks
    const h = React.createElement
    const room = useRoom('production', 'p1')
    const cameras = useQuery('camera', { where: { productionId: 'p1' }, orderBy: 'name' })
    const production = useRecord('production', 'p1')
    const pending = useSyncStatus((status) => status.pending)
    const rename = useMutation((client, name) => client.mutate.camera.update('c1', { name }))
    onRender()
    const names = cameras.data.map((camera) => camera.name).join(', ')
    return h('button', { onClick: () => rename.mutate('Mine') },
      room.status + ' ' + production.data?.name + ': ' + names + ' (' + rename.status + ' ' + pending + ')')
  }
`

interface CompiledProps {
  readonly hooks: typeof hooks
  readonly React: typeof React
  readonly onRender: () => void
}

/** Compiles the component as an application's build does, and loads it. */
async function compiled(): Promise<React.FunctionComponent<CompiledProps>> {
  const result = await transformAsync(SOURCE, {
    configFile: false,
    babelrc: false,
    plugins: [['babel-plugin-react-compiler', { panicThreshold: 'all_errors' }]],
  })
  const code = result?.code ?? ''
  expect(code).toContain('react/compiler-runtime')
  const body = code
    .replace(/import \{ c as _c \} from "react\/compiler-runtime";/, 'const { c: _c } = runtime;')
    .replace('export function', 'return function')
  return new Function('runtime', body)(compilerRuntime) as React.FunctionComponent<CompiledProps>
}

test('a component that the React compiler compiled follows every change, and renders for nothing else', async () => {
  const Cameras = await compiled()
  const { client, advance, write } = await setUp()
  let renders = 0
  const onRender = () => void renders++
  const { container } = show(client, React.createElement(Cameras, { hooks, React, onRender }))
  await advance()
  const loaded = container.textContent
  const afterLoading = renders

  write((tx) => tx.update('checklistItem', 't1', { name: 'Sound' }, DIRECT))
  await advance()
  const afterOther = renders
  write((tx) => tx.update('camera', 'c2', { name: 'Due' }, DIRECT))
  await advance()
  const changed = container.textContent
  act(() => container.querySelector('button')?.click())
  const written = container.textContent
  await advance()

  expect(loaded).toBe('success Opera: One, Two (idle 0)')
  expect(afterOther).toBe(afterLoading)
  expect(changed).toBe('success Opera: Due, One (idle 0)')
  expect(written).toBe('success Opera: Due, Mine (pending 1)')
  expect(container.textContent).toBe('success Opera: Due, Mine (success 0)')
})
