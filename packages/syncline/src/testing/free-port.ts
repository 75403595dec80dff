import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

// Below 32,768, where systems begin to give ports to outgoing connections: none of those takes it while its server is
// not there yet, or is away for a while.
const LOWEST = 20_000
const HIGHEST = 32_767

/** Finds a TCP port that nobody listens on, for a program that must be told its port. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST, HIGHEST)
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    )
    // On every address, as the program may.
    probe.listen(port, () => probe.close(() => resolve(true)))
  })
}
