/**
 * Keeps a second process out of PGlite's folder, which would corrupt it.
 *
 * The lock is a file that names its owner. On this machine an owner is alive when its process is (a recycled pid is
 * told apart by the time the process started); on another machine (a shared volume) when it touched the file lately.
 */
import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'

interface Owner {
  readonly pid: number
  readonly host: string
  /** Start of the process in clock ticks since boot, where the system tells it. */
  readonly started: string | null
}

const TOUCH_EVERY_MS = 5_000
/** Six missed touches. */
const ABANDONED_AFTER_MS = 30_000

const heldHere = new Set<string>()

/** Locks `folder`, making it if need be; returns how to unlock it. Throws when another owner is alive. */
export function lockFolder(folder: string): () => void {
  const path = resolve(folder)
  const file = join(path, 'syncline.lock')
  mkdirSync(path, { recursive: true })
  const me: Owner = { pid: process.pid, host: hostname(), started: processStart(process.pid) }
  for (;;) {
    if (heldHere.has(path)) throw inUse(path, me)
    try {
      writeFileSync(file, JSON.stringify(me), { flag: 'wx' })
      break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      evictIfDead(path, file)
    }
  }
  return hold(path, file)
}

function hold(path: string, file: string): () => void {
  heldHere.add(path)
  const touch = setInterval(() => {
    const now = new Date()
    try {
      utimesSync(file, now, now)
    } catch {
      // The folder was removed under us; there is nothing left to protect.
    }
  }, TOUCH_EVERY_MS)
  touch.unref()
  const unlock = () => {
    clearInterval(touch)
    heldHere.delete(path)
    process.off('exit', unlock)
    rmSync(file, { force: true })
  }
  process.once('exit', unlock)
  return unlock
}

/** Removes the lock of an owner that is gone; throws when it is alive. */
function evictIfDead(path: string, file: string): void {
  const seen = read(file)
  if (seen === undefined) return
  const owner = parseOwner(seen)
  if (owner && isAlive(owner, file)) throw inUse(path, owner)
  const aside = `${file}.${process.pid}`
  try {
    renameSync(file, aside)
  } catch {
    return
  }
  // Another process may have taken the lock over in between: it gets its file back.
  if (read(aside) !== seen) {
    try {
      linkSync(aside, file)
    } catch {
      // A third one has it already.
    }
  }
  rmSync(aside, { force: true })
}

function isAlive(owner: Owner, file: string): boolean {
  if (owner.host !== hostname())
    return Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) < ABANDONED_AFTER_MS
  // Not held here (checked by the caller): a container that was killed and started again has the same pid.
  if (owner.pid === process.pid) return false
  try {
    process.kill(owner.pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return owner.started === null || owner.started === processStart(owner.pid)
}

function processStart(pid: number): string | null {
  try {
    // The 22nd field; the name in the second may hold spaces, so count after its closing parenthesis.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')
    // One that was killed and is not yet collected by its parent holds no file any more.
    return fields?.[0] === 'Z' ? null : (fields?.[19] ?? null)
  } catch {
    return null
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function parseOwner(text: string): Owner | undefined {
  try {
    const { pid, host, started } = JSON.parse(text) as Partial<Owner>
    return typeof pid === 'number' && typeof host === 'string'
      ? { pid, host, started: started ?? null }
      : undefined
  } catch {
    return undefined
  }
}

function inUse(path: string, owner: Owner): Error {
  const who =
    owner.pid === process.pid ? `this process (${owner.pid})` : `process ${owner.pid} on ${owner.host}`
  return new Error(
    `The database folder ${path} is in use by ${who}. Stop that process, use another folder (DATA_DIR), or give several processes one PostgreSQL server (DATABASE_URL).`,
  )
}
