/** Where a command writes. */
export interface Terminal {
  out(text: string): void
  error(text: string): void
}

/** The process's own output. A reader that has seen enough (`| head`) ends the command without complaint. */
export const terminal: Terminal = {
  out: (text) => void process.stdout.write(`${text}\n`),
  error: (text) => void process.stderr.write(`${text}\n`),
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit()
  throw error
})
