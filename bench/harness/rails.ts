/** Rails' Action Cable from Debian's packages: installed when it may be, reported as missing otherwise. */
import { spawnSync } from 'node:child_process'

const REQUIRED = ['-e', "require 'logger'; require 'action_cable'; require 'puma'; require 'puma/server'"]

/** Whether Ruby can load Action Cable and puma; as root on Debian it installs them first. */
export function hasRailsCable(): boolean {
  if (isThere()) return true
  if (process.getuid?.() === 0) {
    console.log('Installing ruby-actioncable and puma with apt-get, to compare with.')
    spawnSync('apt-get', ['install', '-y', 'ruby-actioncable', 'puma'], { stdio: 'ignore' })
  }
  return isThere()
}

function isThere(): boolean {
  return spawnSync('ruby', REQUIRED, { stdio: 'ignore' }).status === 0
}
