// @vitest-environment happy-dom
/** Subscriptions of real Svelte components, compiled, and what they send to a server. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { compile } from 'svelte/compiler'
import type { SyncOptions, SyncRegistry } from 'syncline/markers'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { nativeAnswers, type ScriptedServer, scriptedServer } from '../markers/scripted-server.ts'

const source = (path: string) => join(import.meta.dirname, '../../src', path)

const COMPONENTS: Readonly<Record<string, string>> = {
  'static.svelte': `<script>
    import { syncWithRails, useSync, useSyncState } from 'syncline/svelte'
    useSync({ 'Account:all': ['accounts'], 'Account:null': 'nobody' })
    syncWithRails({ 'Account:1/account_users': 'selected_account' })
    const sync = useSyncState()
  </script>
  <p>{sync.current}</p>`,
  'dynamic.svelte': `<script>
    import { buildIdentifier, createDynamicSync } from 'syncline/svelte'
    let { selected } = $props()
    const sync = createDynamicSync()
    $effect(() => sync({ 'Account:all': 'accounts', [buildIdentifier('Account', selected)]: 'selected_account' }))
  </script>`,
}

interface Bundle {
  readonly registry: SyncRegistry
  readonly native: (url: string, options: object) => SyncOptions['transport']
  /** Mounts a component; the returned function sets its props, or takes it away. */
  mount(name: string, props?: object): { set(props: object): void; unmount(): void }
}

let folder: string
let bundle: Bundle
let server: ScriptedServer

beforeAll(async () => {
  folder = mkdtempSync(join(import.meta.dirname, '../../../../node_modules/.svelte-'))
  for (const [name, code] of Object.entries(COMPONENTS)) writeFileSync(join(folder, name), code)
  writeFileSync(
    join(folder, 'entry.svelte.js'),
    `import { flushSync, mount, unmount } from 'svelte'
     import Static from './static.svelte'
     import Dynamic from './dynamic.svelte'
     export { native, syncRegistry as registry } from 'syncline/markers'
     const components = { Static, Dynamic }
     export function mountOne(name, first = {}) {
       let props = $state(first)
       const shown = mount(components[name], { target: document.body, props })
       flushSync()
       return { set: (next) => flushSync(() => Object.assign(props, next)), unmount: () => flushSync(() => unmount(shown)) }
     }
     export { mountOne as mount }`,
  )
  const outfile = join(folder, 'bundle.mjs')
  await build({
    entryPoints: [join(folder, 'entry.svelte.js')],
    outfile,
    bundle: true,
    format: 'esm',
    conditions: ['browser'],
    logLevel: 'silent',
    plugins: [svelte],
    alias: { 'syncline/svelte': source('svelte/index.ts'), 'syncline/markers': source('markers/index.ts') },
    define: { 'process.env.NODE_ENV': '"production"' },
  })
  bundle = (await import(pathToFileURL(outfile).href)) as Bundle
})
afterAll(() => rmSync(folder, { recursive: true }))

beforeEach(async () => {
  server = await scriptedServer(nativeAnswers())
  bundle.registry.configure({ transport: bundle.native(server.url, { WebSocket }), reconnectDelay: 10 })
})
afterEach(async () => {
  bundle.registry.disconnect()
  await server.close()
})

const svelte: Plugin = {
  name: 'svelte',
  setup({ onLoad }) {
    onLoad({ filter: /\.svelte$/ }, async ({ path }) => {
      const { readFileSync } = await import('node:fs')
      return {
        contents: compile(readFileSync(path, 'utf8'), { filename: path, generate: 'client' }).js.code,
        loader: 'js',
      }
    })
    onLoad({ filter: /\.svelte\.js$/ }, async ({ path }) => {
      const [{ readFileSync }, { compileModule }] = await Promise.all([
        import('node:fs'),
        import('svelte/compiler'),
      ])
      return {
        contents: compileModule(readFileSync(path, 'utf8'), { filename: path, generate: 'client' }).js.code,
        loader: 'js',
      }
    })
  },
}

const sent = () =>
  server.frames.filter(({ type }) => type !== 'hello').map(({ type, channel }) => `${type} ${channel}`)

test('a component is subscribed while it is on the page; an identifier without an id is skipped', async () => {
  const component = bundle.mount('Static')
  await vi.waitFor(() => expect(sent()).toEqual(['join Account:all', 'join Account:1/account_users']))
  expect(Object.fromEntries(bundle.registry.subscriptions)).toEqual({
    'Account:all': new Set(['accounts']),
    'Account:1/account_users': new Set(['selected_account']),
  })

  component.unmount()

  expect(bundle.registry.subscriptions.size).toBe(0)
  await vi.waitFor(() =>
    expect(sent().slice(2)).toEqual(['leave Account:all', 'leave Account:1/account_users']),
  )
})

test('whether markers come is read as anything reactive is', async () => {
  const component = bundle.mount('Static')
  const shown = () => document.querySelector('p')?.textContent

  await vi.waitFor(() => expect(shown()).toBe('connected'))
  await server.close()

  await vi.waitFor(() => expect(shown()).toBe('reconnecting'))
  component.unmount()
})

test('subscriptions that change send only the difference, and end with their component', async () => {
  const component = bundle.mount('Dynamic', { selected: null })
  await vi.waitFor(() => expect(sent()).toEqual(['join Account:all']))

  component.set({ selected: '1' })
  await vi.waitFor(() => expect(sent()).toEqual(['join Account:all', 'join Account:1']))
  component.set({ selected: '2' })

  await vi.waitFor(() => expect(sent().slice(2)).toEqual(['join Account:2', 'leave Account:1']))
  component.unmount()
  await vi.waitFor(() => expect(sent().slice(4).toSorted()).toEqual(['leave Account:2', 'leave Account:all']))
})

test('a page change that brings the same subscription sends nothing', async () => {
  const first = bundle.mount('Static')
  await vi.waitFor(() => expect(sent()).toHaveLength(2))

  first.unmount()
  const second = bundle.mount('Static')
  await new Promise((resolve) => setTimeout(resolve, 400))

  expect(sent()).toHaveLength(2)
  second.unmount()
})
