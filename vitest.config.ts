import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { Order } from './test/setup/order.ts'

const source = (path: string) => fileURLToPath(new URL(`./packages/syncline/src/${path}`, import.meta.url))

const SERVERS = ['./test/setup/servers.ts']
const SERVER_TESTS = [
  'access',
  'apply',
  'authenticate',
  'capture',
  'drivers',
  'explain',
  'http',
  'log',
  'protocol',
  'schema',
  'server',
  'testing',
].map((folder) => `packages/syncline/test/${folder}/**/*.test.ts`)

export default defineConfig({
  resolve: {
    alias: [
      { find: /^syncline$/, replacement: source('schema/index.ts') },
      {
        find: /^syncline\/(client|markers|react|server|svelte|testing)$/,
        replacement: `${source('')}$1/index.ts`,
      },
      { find: /^syncline\/markers\/(react|svelte)$/, replacement: `${source('markers/')}$1/index.ts` },
      { find: /^syncline\/inertia$/, replacement: source('inertia/index.ts') },
      { find: /^syncline\/inertia\/(express|hono)$/, replacement: `${source('inertia/')}$1.ts` },
    ],
  },
  test: {
    pool: 'forks',
    maxWorkers: 2,
    // How long a test waits for what must come is no measure of anything: other work makes a machine many times slower.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    dangerouslyIgnoreUnhandledErrors: false,
    reporters: ['default'],
    sequence: { sequencer: Order },
    projects: [
      {
        extends: true,
        // Values in, values out: these files leave nothing behind for each other, and share their processes.
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'bench/**/*.test.ts'],
          isolate: false,
        },
      },
      {
        extends: true,
        // Each has a database of its own: reading the same server code again for every file would take a minute.
        test: { name: 'server', include: SERVER_TESTS, isolate: false, globalSetup: SERVERS },
      },
      {
        extends: true,
        test: {
          name: 'page',
          include: ['packages/*/test/**/*.test.ts', 'examples/*/test/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: SERVER_TESTS,
          globalSetup: SERVERS,
        },
      },
    ],
  },
})
