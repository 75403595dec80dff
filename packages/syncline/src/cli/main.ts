#!/usr/bin/env node
/** `syncline`: the command line. */
import { defineCommand, runMain } from 'citty'
import { devCommand } from './dev-command.ts'
import { doctorCommand } from './doctor-command.ts'
import { explainCommand } from './explain-command.ts'
import { initCommand } from './init-command.ts'
import { migrateCommand } from './migrate-command.ts'
import { serveCommand } from './serve-command.ts'

await runMain(
  defineCommand({
    meta: {
      name: 'syncline',
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
  }),
)
