/** Expects that some work broadcasts to a channel; every change of the work has been read when it is judged. */
import type { Broadcast } from '../../server/explain/broadcast-watch.ts'
import type { Sync } from '../../gateways/create-sync.ts'

/** What a broadcast must say; what is left out may be anything. */
export interface ExpectedBroadcast {
  /** As pages are told; or what happened to the record, as subscribers by identifier are told. */
  readonly action?: Broadcast['action'] | Broadcast['record']
  readonly prop?: string | RegExp
}

/** Does the work, and throws with what was broadcast instead when nothing fits. */
export async function expectBroadcast(
  sync: Sync,
  channel: string | RegExp,
  expected: ExpectedBroadcast,
  work: () => unknown,
): Promise<Broadcast> {
  const seen = await broadcastsDuring(sync, work)
  const fitting = seen.find((broadcast) => fits(broadcast, channel, expected))
  if (fitting) return fitting
  const list = seen.length === 0 ? 'nothing at all' : seen.map(describe).join(', ')
  throw new Error(
    `No broadcast to ${channel} with ${describeExpected(expected)} came: ${list} did. Look at sync.explain.broadcasts(), and whether the work was committed.`,
  )
}

/** Does the work, and throws when it broadcasts to the channel. */
export async function expectNoBroadcast(
  sync: Sync,
  channel: string | RegExp,
  work: () => unknown,
): Promise<void> {
  const seen = await broadcastsDuring(sync, work)
  const fitting = seen.filter((broadcast) => fits(broadcast, channel, {}))
  if (fitting.length === 0) return
  throw new Error(
    `${fitting.map(describe).join(', ')} came, and nothing to ${channel} was expected. Look at sync.explain.broadcasts().`,
  )
}

async function broadcastsDuring(sync: Sync, work: () => unknown): Promise<readonly Broadcast[]> {
  // What was committed before is not the work's.
  await sync.position()
  const seen: Broadcast[] = []
  const stop = sync.explain.onBroadcast((broadcast) => seen.push(broadcast))
  try {
    await work()
    await sync.position()
    return seen
  } finally {
    stop()
  }
}

function fits(broadcast: Broadcast, channel: string | RegExp, { action, prop }: ExpectedBroadcast): boolean {
  const isChannel =
    typeof channel === 'string' ? broadcast.channel === channel : matches(channel, broadcast.channel)
  const isAction = action === undefined || broadcast.action === action || broadcast.record === action
  const isProp =
    prop === undefined ||
    broadcast.props.some((each) => (typeof prop === 'string' ? each === prop : matches(prop, each)))
  return isChannel && isAction && isProp
}

/** A pattern with `g` remembers where it was; each question is asked anew. */
function matches(pattern: RegExp, text: string): boolean {
  return new RegExp(pattern.source, pattern.flags.replaceAll(/[gy]/g, '')).test(text)
}

function describe({ channel, action, props, record }: Broadcast): string {
  return `\`${channel}\` (${action} of ${props.length === 0 ? 'no prop' : props.join(', ')}, ${record})`
}

function describeExpected({ action, prop }: ExpectedBroadcast): string {
  const parts = [
    action === undefined ? '' : `action \`${action}\``,
    prop === undefined ? '' : `prop \`${prop}\``,
  ]
  return parts.filter((part) => part !== '').join(' and ') || 'any action and prop'
}
