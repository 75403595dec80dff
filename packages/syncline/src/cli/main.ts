#!/usr/bin/env node
/** `syncline`: the command line. */
import { readFileSync } from 'node:fs'
import { defineCommand, runMain } from 'citty'
import { commandLineMistake } from './command-line-mistake.ts'
import { devCommand } from './dev-command.ts'
import { doctorCommand } from './doctor-command.ts'
import { explainCommand } from './explain-command.ts'
import { initCommand } from './init-command.ts'
import { migrateCommand } from './migrate-command.ts'
import { serveCommand } from './serve-command.ts'
import { terminal } from './terminal.ts'

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly version: string
}

const command = defineCommand({
  meta: {
    name: 'syncline',
    version,
    description: 'Makes an existing PostgreSQL database real-time and offline-capable',
  },
  subCommands: {
    init: initCommand,
    migrate: migrateCommand,
    dev: devCommand,
    serve: serveCommand,
    explain: explainCommand,
    doctor: doctorCommand,
  },
})

const mistake = commandLineMistake(command, process.argv.slice(2))
if (mistake === undefined) await runMain(command)
else {
  terminal.error(mistake)
  process.exitCode = 1
}
