/** Rails' Action Cable as a program of the benchmark: the Ruby process, and how it is told to broadcast. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { serve } from '../harness/child.ts'

type Request = { kind: 'start' } | { kind: 'publish'; count: number }

const script = fileURLToPath(new URL('../../programs/rails-cable.rb', import.meta.url))
const ruby = spawn('ruby', [script], { stdio: ['pipe', 'pipe', 'inherit'] })
const lines = createInterface({ input: ruby.stdout })[Symbol.asyncIterator]()
const nextLine = async () => String((await lines.next()).value)
const port = Number(await nextLine())
process.once('exit', () => ruby.kill('SIGKILL'))
// The harness ends programs without a word; Ruby ends when nobody writes to it any more.

serve(async (request: Request) => {
  if (request.kind === 'start') return port
  ruby.stdin.write(`${request.count}\n`)
  return nextLine()
})
