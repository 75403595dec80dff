/** A room as the components of a page hold it: one join for all of them. */
import type { Room } from '../client/rooms/room.ts'
import { type ErrorCode, SynclineError } from '../protocol/errors.ts'
import type { Page } from './page.ts'
import { outcomeOf, type RoomResult } from './results.ts'
import { type Origin, sameOr } from './shared.ts'

/** Joins in the next microtask: joining may change what is on the page, which no render may do to another. */
export function openRoom(page: Page, model: string, id: string, onChange: () => void): Origin<RoomResult> {
  let room: Room | undefined
  let problem: Room['problem']
  let error: SynclineError | undefined
  let latest: RoomResult | undefined
  let stop = () => {}

  const tell = () => {
    onChange()
    for (const watch of page.watchers) watch()
  }
  const join = () => {
    if (!page.rooms.has(origin)) return
    const old = room
    stop()
    try {
      room = page.client.join(model, id)
      stop = room.status.subscribe(tell)
    } catch (mistake) {
      error = mistake as SynclineError
    }
    old?.leave()
    tell()
  }
  const read = () => {
    // The same fault is the same error object, so that nothing renders for it again.
    if (room && room.problem !== problem) {
      problem = room.problem
      error = problem && new SynclineError(problem.code as ErrorCode, problem.message)
    }
    const phase = room?.status.current ?? (error ? 'error' : 'joining')
    const outcome = outcomeOf(error ? 'error' : phase === 'joining' ? 'pending' : 'success', error)
    latest = sameOr(latest, { data: room, phase, refetch: join, ...outcome })
    return latest
  }
  const origin = {
    model,
    id,
    read,
    close() {
      stop()
      room?.leave()
      page.rooms.delete(origin)
      tell()
    },
  }
  page.rooms.add(origin)
  queueMicrotask(join)
  return origin
}
