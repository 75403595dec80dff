/** Where a command writes. */
export interface Terminal {
  out(text: string): void
  error(text: string): void
}

/** The process's own output. */
export const terminal: Terminal = {
  out: (text) => void process.stdout.write(`${text}\n`),
  error: (text) => void process.stderr.write(`${text}\n`),
}
