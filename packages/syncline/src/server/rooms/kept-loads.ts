/**
 * Whole first loads of large rooms, kept in memory while somebody asks for them, so that whoever opens a room in which
 * nothing has changed since costs the database no reading of it (docs/decisions/0022; bench: G7).
 */
import type { Cursor } from '../../postgres/log/cursor.ts'
import type { Frame } from '../frames/frame.ts'

export interface KeptLoad {
  readonly frames: readonly Frame[]
  /** A place at which the room was as the frames say. */
  cursor: Cursor
}

interface Kept {
  readonly load: KeptLoad
  readonly bytes: number
  readonly timer: NodeJS.Timeout
}

/** 128 KiB as it is sent: a smaller room is read in a few milliseconds. */
const LEAST_BYTES = 131_072
/** 60 s: the tail knows that long by heart what has changed. */
const IDLE_MS = 60_000

export class KeptLoads {
  readonly #mostBytes: number
  /** By the room's name in the log, the one that was asked for longest ago first. */
  readonly #kept = new Map<string, Kept>()
  #bytes = 0

  /** @param mostBytes what all of them together may hold, with what was encoded of them */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Keeps a load, unless it is small, or larger than all may be; others go to make room. */
  keep(name: string, load: KeptLoad): void {
    this.drop(name)
    const sentBytes = load.frames.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0)
    // Each frame is there as text, and as bytes.
    const bytes = load.frames.reduce((sum, { text }) => sum + textBytes(text), sentBytes)
    if (sentBytes < LEAST_BYTES || bytes > this.#mostBytes) return
    const timer = setTimeout(() => this.drop(name), IDLE_MS).unref()
    this.#kept.set(name, { load, bytes, timer })
    this.#bytes += bytes
    for (const other of this.#kept.keys()) {
      if (this.#bytes <= this.#mostBytes) break
      this.drop(other)
    }
  }

  /** What is kept of a room; it stays for another while. */
  find(name: string): KeptLoad | undefined {
    const kept = this.#kept.get(name)
    if (!kept) return undefined
    this.#kept.delete(name)
    this.#kept.set(name, kept)
    kept.timer.refresh()
    return kept.load
  }

  /** Drops what is kept of a room; with `only`, if it is still that. */
  drop(name: string, only?: KeptLoad): void {
    const kept = this.#kept.get(name)
    if (!kept || (only && kept.load !== only)) return
    clearTimeout(kept.timer)
    this.#kept.delete(name)
    this.#bytes -= kept.bytes
  }
}

/** Bytes of a text in memory: V8 keeps a letter in one byte only where all of the text are Latin-1. */
function textBytes(text: string): number {
  return BEYOND_LATIN.test(text) ? text.length * 2 : text.length
}

const BEYOND_LATIN = /[\u0100-\uffff]/
