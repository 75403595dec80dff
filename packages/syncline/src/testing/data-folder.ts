/**
 * Where the data directory of a test cluster lies: in memory if it may be lost with the power and there is room.
 *
 * Every database is some 300 files, and a disk's file system takes ten times as long to make and remove them.
 */
import { mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const MEMORY = '/dev/shm'
const ROOM_BYTES = 4 * 1024 ** 3

/** Makes an empty folder for a cluster of this version; a `durable` one lies on the disk. */
export function makeDataFolder(major: number, durable: boolean): string {
  const parent = durable || !hasRoom(MEMORY) ? tmpdir() : MEMORY
  removeAbandoned(parent)
  return mkdtempSync(join(parent, `syncline-pg${major}-${process.pid}-`))
}

function hasRoom(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize >= ROOM_BYTES
  } catch {
    return false
  }
}

/** What a killed run has left; a server that still runs on it ends by itself when its folder is gone. */
function removeAbandoned(parent: string): void {
  for (const name of readdirSync(parent)) {
    const owner = /^syncline-pg\d+-(\d+)-/.exec(name)?.[1]
    if (owner === undefined || isRunning(Number(owner))) continue
    // Another user's is not ours to remove.
    try {
      rmSync(join(parent, name), { recursive: true, force: true })
    } catch (error) {
      if (!['EACCES', 'EPERM'].includes(String((error as { code?: string }).code))) throw error
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as { code?: string }).code !== 'ESRCH'
  }
}
