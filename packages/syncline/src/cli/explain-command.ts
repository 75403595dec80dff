/** `syncline explain`: why a page does, or does not, hear of a change. */
import { defineCommand } from 'citty'
import { broadcastsCommand } from './explain/broadcasts-command.ts'
import { connectionsCommand } from './explain/connections-command.ts'
import { mayReadCommand } from './explain/may-read-command.ts'
import { watchCommand } from './explain/watch-command.ts'

export const explainCommand = defineCommand({
  meta: { name: 'explain', description: 'Says what broadcasts to what, who may subscribe, and who has' },
  subCommands: {
    broadcasts: broadcastsCommand,
    'may-read': mayReadCommand,
    watch: watchCommand,
    connections: connectionsCommand,
  },
})
