/** Keeps a server running until somebody says to stop. */
import type { RunningServer } from './start-server.ts'

/** Resolves when the server has stopped: after SIGINT, SIGTERM, or the end of the process that started this one. */
export function untilSignal(server: RunningServer): Promise<void> {
  return new Promise((resolve, reject) => {
    let isStopping = false
    const stop = () => {
      if (isStopping) return
      isStopping = true
      server.stop().then(resolve, reject)
    }
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
    process.once('disconnect', stop)
    // Listening for its end must not keep this process running after its own.
    process.channel?.unref()
  })
}
