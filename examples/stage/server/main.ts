/** Starts the stage example and stops it when it is asked to. */
import { pino } from 'pino'
import { readSettings } from './settings.ts'
import { startStage } from './stage.ts'

const settings = readSettings(process.env)
const log = pino({ level: settings.logLevel })

try {
  const stage = await startStage(settings, log)
  log.info({ url: stage.url }, `Stage is ready at ${stage.url}`)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, async () => {
      log.info({ signal }, 'Stopping')
      await stage.stop()
      process.exit(0)
    })
  }
} catch (error) {
  log.fatal(error, 'The stage example could not start')
  process.exit(1)
}
