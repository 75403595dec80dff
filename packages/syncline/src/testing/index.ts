export {
  copyDataDir,
  findPostgres,
  freePort,
  startCluster,
  type Cluster,
  type ClusterOptions,
  type PostgresPrograms,
} from './postgres-cluster.ts'
export {
  createTestDatabase,
  withDatabase,
  type TestDatabase,
  type TestDatabaseOptions,
} from './test-database.ts'
