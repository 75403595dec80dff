/** `syncline explain broadcasts [model]`: which models broadcast to which channels, with which action and prop. */
import { defineCommand } from 'citty'
import { type BroadcastPlan, plannedBroadcasts } from '../../server/explain/broadcasts.ts'
import { explainFailure } from '../explain-failure.ts'
import { loadDeclaration } from '../load-declaration.ts'
import { type Terminal, terminal } from '../terminal.ts'
import { SCHEMA_ARGUMENT } from './subject.ts'

export const broadcastsCommand = defineCommand({
  meta: { name: 'broadcasts', description: 'Which models broadcast to which channels' },
  args: {
    model: { type: 'positional', required: false, description: 'Only this model' },
    schema: SCHEMA_ARGUMENT,
  },
  async run({ args }) {
    process.exitCode = await runBroadcasts(args, terminal)
  },
})

async function runBroadcasts(
  args: { readonly model?: string; readonly schema?: string },
  to: Terminal,
): Promise<number> {
  try {
    const { schema } = await loadDeclaration(args.schema)
    for (const line of table(plannedBroadcasts(schema, args.model))) to.out(line)
    return 0
  } catch (error) {
    to.error(explainFailure(error))
    return 1
  }
}

function table(plans: readonly BroadcastPlan[]): string[] {
  const rows = plans.map(({ model, on, channel, action, prop, when }) => [
    `${on} of ${model}`,
    channel,
    action,
    `${prop}${when ? ` (when ${when.join(' or ')} changes)` : ''}`,
  ])
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
}
