/** Tells the devices of both authors of conflicts; those that are away read them in the `ack` after `welcome`. */
import type { Conflict, PushOutcome } from '../../postgres/apply/writer.ts'
import { frameOf } from '../frames/frame.ts'
import type { SessionTable } from './session-table.ts'
import type { Session } from './session.ts'

/** Sends the conflicts of a write: to the author's devices but the one that is answered, and to the other authors'. */
export function shareConflicts(
  sessions: SessionTable,
  userId: string,
  { conflicts, foreign = [] }: Partial<Pick<PushOutcome, 'conflicts' | 'foreign'>>,
  answered?: Session,
): void {
  send(sessions, userId, conflicts ?? [], answered)
  for (const other of new Set(foreign.map((entry) => entry.userId))) {
    const theirs = foreign.filter((entry) => entry.userId === other).map(({ conflict }) => conflict)
    send(sessions, other, theirs)
  }
}

function send(sessions: SessionTable, userId: string, conflicts: readonly Conflict[], but?: Session): void {
  if (conflicts.length === 0) return
  const frame = frameOf({ type: 'conflicts', conflicts })
  for (const session of sessions.ofUser(userId)) if (session !== but) session.send(frame)
}
