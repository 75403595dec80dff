/** What a process holds after its garbage was collected. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** In bytes. */
export interface Memory {
  /** Objects of the program, and buffers that they hold outside the heap. */
  readonly held: number
  /** What the system counts; pages that were used once often stay. */
  readonly resident: number
}

let collect: (() => void) | undefined

/** Collects garbage, twice, since the first time only finds what the second can free. */
export async function memoryNow(): Promise<Memory> {
  if (!collect) {
    setFlagsFromString('--expose_gc')
    collect = runInNewContext('gc') as () => void
  }
  for (let time = 0; time < 2; time++) {
    collect()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const { heapUsed, external, rss } = process.memoryUsage()
  return { held: heapUsed + external, resident: rss }
}
