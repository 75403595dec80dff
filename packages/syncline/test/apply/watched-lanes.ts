/** A database that tells which of the writer's connections spoke of what, and keeps them waiting where a test wants it. */
import type { Connection, Database } from '../../src/postgres/database.ts'

interface RoundTrip {
  /** Name of the connection: `writer` or `slow writer`. */
  readonly lane: string
  /** The statements and their values. */
  readonly text: string
}

export interface WatchedLanes {
  readonly database: Database
  /** For each round trip of a lane, in order, which of the words it spoke of; those that spoke of none are left out. */
  told(lane: string, words: readonly string[]): string[][]
  /** Keeps back whatever speaks of one of the words, before it is sent; the answer lets it go. */
  hold(...words: string[]): () => void
  /** The words that are kept back now. */
  held(): string[]
}

export function watchedLanes(database: Database): WatchedLanes {
  const sent: RoundTrip[] = []
  const gates = new Map<string, Promise<void>>()
  const held: string[] = []
  const passing = async <T>(lane: string, what: unknown, send: () => Promise<T>): Promise<T> => {
    const text = JSON.stringify(what)
    sent.push({ lane, text })
    const word = [...gates.keys()].find((each) => speaksOf(text, each))
    if (word !== undefined) {
      held.push(word)
      await gates.get(word)
      held.splice(held.indexOf(word), 1)
    }
    return send()
  }
  const watch = (lane: string, connection: Connection): Connection => ({
    ...connection,
    query: (text, values) => passing(lane, [text, values], () => connection.query(text, values)),
    pipeline: (statements) => passing(lane, statements, () => connection.pipeline(statements)),
  })
  return {
    database: {
      ...database,
      connect: async (name, settings) => watch(name, await database.connect(name, settings)),
    },
    told: (lane, words) =>
      sent
        .filter((trip) => trip.lane === lane)
        .map(({ text }) => words.filter((word) => speaksOf(text, word)))
        .filter((spoken) => spoken.length > 0),
    hold(...words) {
      let open = () => {}
      const gate = new Promise<void>((resolve) => (open = resolve))
      for (const word of words) gates.set(word, gate)
      return () => {
        for (const word of words) gates.delete(word)
        open()
      }
    },
    held: () => [...held],
  }
}

/** Whole words: `a 10` does not speak of `a 1`. */
function speaksOf(text: string, word: string): boolean {
  return new RegExp(`\\b${word}\\b`).test(text)
}
