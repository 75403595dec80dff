/** `sync.explain`: what broadcasts to what, who may subscribe to what and why not, who is connected, what is broadcast. */
import type { RunningCore } from '../server/create-core.ts'
import { type Broadcast, broadcastsOf } from '../server/explain/broadcast-watch.ts'
import { type BroadcastPlan, plannedBroadcasts } from '../server/explain/broadcasts.ts'
import type { ConnectionInfo } from '../server/explain/connections.ts'
import { explainReading, type ReadingExplanation } from '../server/explain/reading.ts'
import type { User } from '../protocol/user.ts'
import type { ActionCableGateway } from './action-cable/gateway.ts'

export interface Explain {
  /** What changes of a model, or of all models, broadcast to which channels. Throws when there is no such model. */
  broadcasts(model?: string): readonly BroadcastPlan[]
  /** Whether the user may subscribe to the channel, and which rule decided. */
  mayRead(user: User, channel: string): Promise<ReadingExplanation>
  /** Who is connected to this server, over which wire, and subscribed to what. */
  connections(): readonly ConnectionInfo[]
  /** Calls `listener` for every channel that a change marks, whoever has subscribed; returns what ends that. */
  onBroadcast(listener: (broadcast: Broadcast) => void): () => void
}

export function createExplain(core: RunningCore, cable: Pick<ActionCableGateway, 'sessions'>): Explain {
  const { schema, ids, rules, database } = core
  return {
    broadcasts: (model) => plannedBroadcasts(schema, model),
    async mayRead(user, channel) {
      await core.ready
      return explainReading({ schema, ids, rules, database, isEnabled: core.isEnabled }, user, channel)
    },
    connections: () => [...nativeConnections(core), ...cableConnections(cable)],
    onBroadcast: (listener) =>
      core.observe((batch) => {
        for (const broadcast of broadcastsOf(schema, ids, batch)) listener(broadcast)
      }),
  }
}

function* nativeConnections({ sessions }: RunningCore): Generator<ConnectionInfo> {
  for (const session of sessions.all()) {
    const { user, address, phase, channels } = session
    yield { user: user.id, wire: 'sync', address, isOpen: phase === 'open', ...channels }
  }
}

function* cableConnections(cable: Pick<ActionCableGateway, 'sessions'>): Generator<ConnectionInfo> {
  for (const { identity, address, isOpen, subscriptions } of cable.sessions()) {
    const markers = [...subscriptions.values()].flatMap(({ channels }) => channels)
    yield { user: identity.user.id, wire: 'cable', address, isOpen, rows: [], markers }
  }
}
