/** `GET /health`: whether the server can do its work; everybody may ask, details are for whoever has the token. */
import type { Health } from '../../server/core.ts'
import { json } from './answer.ts'

/** 200 while the database answers, 503 otherwise, also while starting. */
export function healthAnswer(health: Health, isOperator: boolean): Response {
  const { connected, latencyMs } = health.database
  const body = {
    status: health.status,
    database: { connected, latencyMs, latency: `${latencyMs.toFixed(1)}ms` },
    ...(isOperator ? details(health) : {}),
  }
  return json(health.status === 'healthy' ? 200 : 503, body)
}

function details({ database, lagMs, connections, rooms }: Health) {
  return { driver: database.kind, lagMs, connections, rooms, uptimeSeconds: Math.round(process.uptime()) }
}
