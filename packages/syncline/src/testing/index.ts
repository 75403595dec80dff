export { freePort } from './free-port.ts'
export {
  copyDataDir,
  findPostgres,
  startCluster,
  type Cluster,
  type ClusterOptions,
  type PostgresPrograms,
} from './postgres-cluster.ts'
export { recordedPage, type RecordedPage, type RecordedReload } from './refresh/recorded-page.ts'
export {
  refreshKit,
  type ExpectedBroadcast,
  type RefreshKit,
  type TestConnection,
  type TestSubscription,
} from './refresh/refresh-kit.ts'
export { startTcpProxy, type ProxyFaults, type TcpProxy, type TcpProxyOptions } from './tcp-proxy.ts'
export {
  createTestDatabase,
  withDatabase,
  type TestDatabase,
  type TestDatabaseOptions,
} from './test-database.ts'
export {
  modelServer,
  type ModelBackup,
  type ModelServer,
  type ModelServerOptions,
} from './model-server/model-server.ts'
export { seededRandom } from './seeded-random.ts'
export { simulate, type SimulatedClient, type Simulation, type SimulationOptions } from './simulate.ts'
export { testClock, type TestClock } from './test-clock.ts'
export { testWire, type TestWire, type WireEnd, type WireFaults, type WireOptions } from './test-wire.ts'
