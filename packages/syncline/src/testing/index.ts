export {
  copyDataDir,
  findPostgres,
  freePort,
  startCluster,
  type Cluster,
  type ClusterOptions,
  type PostgresPrograms,
} from './postgres-cluster.ts'
export { startTcpProxy, type ProxyFaults, type TcpProxy, type TcpProxyOptions } from './tcp-proxy.ts'
export {
  createTestDatabase,
  withDatabase,
  type TestDatabase,
  type TestDatabaseOptions,
} from './test-database.ts'
