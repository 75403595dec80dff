/**
 * G10 in the page: a live query over 100,000 rows, one of which changes.
 *
 *   syncline   from the frame in the socket's event to the listener that has read the result
 *   reference  a sorted index written by hand for this one query, told of the change as numbers
 *
 * Both take all changes, one of them timed, and must end with the same rows.
 */
import { createClient } from 'syncline/client'
import { answerWith } from '../../harness/answer.ts'
import { type Camera, CameraIndex } from '../../harness/camera-index.ts'
import { manyCameras, numbersFrom, ROOM } from '../../harness/cameras.ts'
import { fedSocket } from '../../harness/fed-socket.ts'
import { schema } from '../../harness/stage-schema.ts'
import { quantile } from '../../harness/statistics.ts'

interface Request {
  readonly contestant: 'reference' | 'syncline'
  /** Rows that the query shows; every change is to one of them, or brings one in. */
  readonly shown: number
  readonly changes: number
}

interface Change {
  readonly id: string
  readonly zoom: number
  readonly frame: string
}

const COUNT = 100_000
/** So many changes are timed together for the median: the clock tells only 5 µs apart. */
const GROUP = 20

const cameras = manyCameras(COUNT)
const random = numbersFrom(7)
const socket = fedSocket({
  columns: ['id', 'version', 'fieldVersions', 'productionId', 'name', 'zoom'],
  rows: cameras.map(({ id, productionId, name, zoom }) => [id, 1, null, productionId, name, zoom]),
})
const client = createClient({ schema, url: 'ws://fed/sync', WebSocket: socket.WebSocket })
const room = client.join('production', 'production-1')
/** What the query must show, and the index that is measured. */
const expected = new CameraIndex(cameras)
const index = new CameraIndex(cameras)
let version = 1

function nextChange(shown: number): Change {
  const isEntering = random(2) === 0
  const { id } = (isEntering ? cameras[random(COUNT)] : expected.at(random(shown))) as Camera
  const zoom = random(isEntering ? (expected.at(shown - 1) as Camera).zoom + 1 : 1_000_000)
  expected.set(id, zoom, shown)
  version += 1
  const told = {
    model: 'camera',
    id,
    action: 'update',
    fields: { zoom },
    version,
    at: '2026-02-12T10:00:00Z',
  }
  const change = { ...told, actor: 'ana', source: 'app' }
  const message = { type: 'changes', channel: ROOM, changes: [change], cursor: `cursor-${version}` }
  return { id, zoom, frame: JSON.stringify(message) }
}

/** Median of groups, and the slow ones one by one, in µs. */
function timeChanges(
  { shown, changes }: Request,
  timed: (change: Change) => void,
  other: (change: Change) => void,
) {
  const groups: number[] = []
  const singles: number[] = []
  for (let done = 0; done < changes; done += GROUP) {
    const group = Array.from({ length: GROUP }, () => nextChange(shown))
    const start = performance.now()
    let last = start
    for (const change of group) {
      timed(change)
      const now = performance.now()
      singles.push((now - last) * 1000)
      last = now
    }
    groups.push(((last - start) * 1000) / GROUP)
    for (const change of group) other(change)
  }
  return { p50: quantile(groups, 0.5), p99: quantile(singles, 0.99) }
}

async function measure(request: Request) {
  await room.whenLive()
  const { contestant, shown } = request
  const opening = performance.now()
  const sorted = client.query.camera.orderBy('zoom')
  const query = shown < COUNT ? sorted.limit(shown) : sorted
  let read: readonly Camera[] = []
  const stop = query.subscribe(() => {
    read = query.current
  })
  read = query.current
  const openMs = performance.now() - opening
  let kept = index.take(shown)
  const bySyncline = ({ frame }: Change) => socket.feed(frame)
  const byHand = ({ id, zoom }: Change) => {
    if (index.set(id, zoom, shown)) kept = index.take(shown)
  }
  const times =
    contestant === 'syncline'
      ? timeChanges(request, bySyncline, byHand)
      : timeChanges(request, byHand, bySyncline)
  stop()
  const right = expected.take(shown)
  if (!isSame(read, right) || !isSame(kept, right))
    throw new Error('A result is not what the changes make of the rows.')
  return contestant === 'syncline' ? { ...times, openMs } : times
}

function isSame(rows: readonly Camera[], right: readonly Camera[]): boolean {
  const isRight = ({ id, zoom }: Camera, at: number) => id === right[at]?.id && zoom === right[at].zoom
  return rows.length === right.length && rows.every(isRight)
}

answerWith(measure)
