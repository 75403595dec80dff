/** What a process holds after its garbage was collected. */
import { Session } from 'node:inspector/promises'
import { getHeapSpaceStatistics, type HeapSpaceInfo } from 'node:v8'

/**
 * In bytes, without the heap's young generation: that is as large as the process was busy at some time, up to 32 MB, and
 * holds nothing that lasts.
 */
export interface Memory {
  /** Objects of the program, and buffers that they hold outside the heap. */
  readonly held: number
  /** What the system counts. */
  readonly resident: number
}

let session: Session | undefined

/**
 * Collects garbage as V8 does in a process that rests, closing the gaps that garbage leaves between what lives; twice,
 * since the first time only finds what the second can free.
 */
export async function memoryNow(): Promise<Memory> {
  if (!session) {
    session = new Session()
    session.connect()
  }
  for (let time = 0; time < 2; time++) {
    await session.post('HeapProfiler.collectGarbage')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const { heapUsed, external, rss } = process.memoryUsage()
  const { space_used_size, physical_space_size } = youngGeneration()
  return { held: heapUsed - space_used_size + external, resident: rss - physical_space_size }
}

function youngGeneration(): HeapSpaceInfo {
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
  if (!young) throw new Error('V8 has no space that is called `new_space`. Look what it is called now.')
  return young
}
