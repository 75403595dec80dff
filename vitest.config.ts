import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const source = (path: string) => fileURLToPath(new URL(`./packages/syncline/src/${path}`, import.meta.url))

export default defineConfig({
  resolve: {
    alias: [
      { find: /^syncline$/, replacement: source('schema/index.ts') },
      {
        find: /^syncline\/(client|markers|react|server|svelte|testing)$/,
        replacement: `${source('')}$1/index.ts`,
      },
      { find: /^syncline\/markers\/react$/, replacement: source('markers/react/index.ts') },
      { find: /^syncline\/inertia$/, replacement: source('inertia/index.ts') },
      { find: /^syncline\/inertia\/(express|hono)$/, replacement: `${source('inertia/')}$1.ts` },
    ],
  },
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    dangerouslyIgnoreUnhandledErrors: false,
    reporters: ['default'],
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
        test: {
          name: 'real',
          include: ['packages/*/test/**/*.test.ts', 'examples/*/test/**/*.test.ts', 'test/**/*.test.ts'],
          globalSetup: ['./test/setup/servers.ts'],
        },
      },
    ],
  },
})
