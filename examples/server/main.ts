/** Starts the examples and stops them when they are asked to. */
import { pino } from 'pino'
import { readSettings } from './settings.ts'
import { type Examples, startExamples } from './start-examples.ts'

const log = pino({ level: process.env['LOG_LEVEL'] || 'info' })

try {
  const examples = await startExamples(readSettings(process.env), log)
  // Not JSON, as the lines of the log are: it is read by people, and by whoever waits for it.
  process.stdout.write(`The examples are ready at ${examples.url}\n`)
  process.once('SIGTERM', () => void stop(examples))
  process.once('SIGINT', () => void stop(examples))
} catch (error) {
  log.fatal(error, 'The examples could not start')
  process.exit(1)
}

async function stop(examples: Examples): Promise<void> {
  log.info('Stopping')
  try {
    await examples.stop()
    process.exit(0)
  } catch (error) {
    log.error(error, 'The examples could not stop cleanly')
    process.exit(1)
  }
}
