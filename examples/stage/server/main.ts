/** Starts the stage example and stops it when it is asked to. */
import { pino } from 'pino'
import { readSettings } from './settings.ts'
import { type Stage, startStage } from './stage.ts'

const log = pino({ level: process.env['LOG_LEVEL'] || 'info' })

try {
  const stage = await startStage(readSettings(process.env), log)
  log.info({ url: stage.url }, `Stage is ready at ${stage.url}`)
  process.once('SIGTERM', () => void stop(stage))
  process.once('SIGINT', () => void stop(stage))
} catch (error) {
  log.fatal(error, 'The stage example could not start')
  process.exit(1)
}

async function stop(stage: Stage): Promise<void> {
  log.info('Stopping')
  try {
    await stage.stop()
    process.exit(0)
  } catch (error) {
    log.error(error, 'The stage example could not stop cleanly')
    process.exit(1)
  }
}
