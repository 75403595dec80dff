/**
 * From a group that failed to units that stand alone: sub-blocks of at most 64 in one transaction, then one by one.
 *
 *   W4 no blockage   whatever fails is narrowed down until only its own unit is refused
 */
import type { ApplySession } from './apply-session.ts'
import { type CarefulOptions, commitCarefully } from './careful.ts'
import { type Part, type PartResult, stoppedResult, stopOf } from './part.ts'
import { isConnectionLoss, meaningOf } from './sql-error.ts'

// More sub-blocks in one transaction overflow PostgreSQL's cache of them, and slow down every snapshot.
const MAX_SUB_BLOCKS = 64

/** Applies what can be applied of the parts, in order; one list of results per part. Throws when the connection is lost. */
export async function commitSeparately(
  session: ApplySession,
  parts: readonly Part[],
  options: CarefulOptions,
): Promise<PartResult[][]> {
  const results = parts.map((): PartResult[] => [])
  for (const chunk of chunksOf(parts)) {
    const open = chunk.filter(({ index }) => results[index]?.at(-1)?.stop === undefined)
    if (open.length === 0) continue
    const committed = await commitChunk(
      session,
      open.map(({ part, index }) => continued(part, results[index])),
      options,
    )
    open.forEach(({ index }, place) => results[index]?.push(...(committed[place] ?? [])))
  }
  return results
}

async function commitChunk(
  session: ApplySession,
  parts: readonly Part[],
  options: CarefulOptions,
): Promise<PartResult[][]> {
  try {
    return (await commitCarefully(session, parts, options)).map((result) => [result])
  } catch (error) {
    if (isConnectionLoss(error)) throw error
    const results: PartResult[][] = []
    for (const part of parts) results.push(await commitAlone(session, part, options))
    return results
  }
}

/** Each unit in a transaction of its own, so that even a failing commit tells which unit it was. */
async function commitAlone(
  session: ApplySession,
  part: Part,
  options: CarefulOptions,
): Promise<PartResult[]> {
  const results: PartResult[] = []
  for (const unit of part.units) {
    if (results.at(-1)?.stop) break
    const alone = continued({ ...part, units: [unit] }, results)
    try {
      results.push(...(await commitCarefully(session, [alone], options)))
    } catch (error) {
      if (isConnectionLoss(error)) throw error
      results.push(...(await commitRefused(session, alone, error, options)))
    }
  }
  return results
}

/** The unit failed at its commit: nothing of it is left but its rejection. */
async function commitRefused(
  session: ApplySession,
  part: Part,
  error: unknown,
  options: CarefulOptions,
): Promise<PartResult[]> {
  const unit = part.units[0]
  const op = unit?.ops[0]
  const meaning = meaningOf(error, op)
  if (meaning.kind !== 'refused' || !unit || !op) {
    return [stoppedResult(part, stopOf(meaning.kind), error)]
  }
  const refused = { ...unit, cause: { op, refusal: meaning.refusal } }
  return commitCarefully(session, [{ ...part, units: [refused] }], options)
}

/** A later piece of a part begins where the earlier one left the device row. */
function continued(part: Part, results: readonly PartResult[] | undefined): Part {
  const state = results?.at(-1)?.state
  return state ? { ...part, state } : part
}

interface Piece {
  readonly index: number
  readonly part: Part
}

function chunksOf(parts: readonly Part[]): Piece[][] {
  const chunks: Piece[][] = []
  let room = 0
  parts.forEach((part, index) => {
    for (let start = 0; start < part.units.length; ) {
      if (room === 0) {
        chunks.push([])
        room = MAX_SUB_BLOCKS
      }
      const units = part.units.slice(start, start + room)
      chunks.at(-1)?.push({ index, part: { ...part, units } })
      start += units.length
      room -= units.length
    }
  })
  return chunks
}
