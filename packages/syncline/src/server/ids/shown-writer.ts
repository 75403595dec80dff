/** A writer whose answers spell ids as they are shown; single writes keep the database's id of what they wrote. */
import type { Writer } from '../../postgres/apply/writer.ts'
import type { ShownIds } from './shown-ids.ts'

export function shownWriter(writer: Writer, shown: ShownIds): Writer {
  if (shown.isPlain) return writer
  return {
    push: async (push) => shown.outcome(await writer.push(push)),
    async write(write) {
      const outcome = await writer.write(write)
      return outcome.ok ? { ...outcome, ...shown.foreign(outcome) } : outcome
    },
    device: async (device, user, at) => shown.outcome(await writer.device(device, user, at)),
    seen: (conflict, user) => writer.seen(conflict, user),
    forgetDevices: () => writer.forgetDevices(),
    close: () => writer.close(),
  }
}
