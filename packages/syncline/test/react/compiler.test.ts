// @vitest-environment happy-dom
/** The React compiler memoises what it can prove pure: compiled components must still follow every change. */
import { runInThisContext } from 'node:vm'
import { act } from '@testing-library/react'
import { transform } from 'esbuild'
import * as React from 'react'
import * as compilerRuntime from 'react/compiler-runtime'
import * as synclineReact from 'syncline/react'
import { expect, test } from 'vitest'
import { compile } from './compile.ts'
import { DIRECT, setUp, show } from './page.ts'

type Component = React.FunctionComponent<{ readonly onRender: () => void }>

const MODULES: Readonly<Record<string, unknown>> = {
  react: React,
  'react/compiler-runtime': compilerRuntime,
  'syncline/react': synclineReact,
}

/** Compiles the component as an application's build does, and loads it. */
async function loadCompiled(): Promise<Component> {
  const file = `${import.meta.dirname}/compiled-cameras.ts`
  const { code } = await transform(await compile(file), { format: 'cjs' })
  const used: string[] = []
  const load = runInThisContext(`(require, module) => {${code}\n}`) as (
    require: (name: string) => unknown,
    module: { exports: { Cameras?: Component } },
  ) => void
  const module = { exports: {} as { Cameras?: Component } }
  load((name) => {
    used.push(name)
    return MODULES[name]
  }, module)
  expect(used).toContain('react/compiler-runtime')
  if (!module.exports.Cameras) throw new Error('The compiled module exports no component.')
  return module.exports.Cameras
}

test('a component that the React compiler compiled follows every change, and renders for nothing else', async () => {
  const Cameras = await loadCompiled()
  const { client, advance, write } = await setUp()
  let renders = 0
  const onRender = () => void renders++
  const { container } = show(client, React.createElement(Cameras, { onRender }))
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
