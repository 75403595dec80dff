/** `npm test`: sets up packages, browser and PostgreSQL, builds, and runs every test. Arguments go to vitest. */
import { build, installPackages, installTestPrograms, runBin } from './setup.mjs'

installPackages()
installTestPrograms()
build()
runBin('vitest/vitest.mjs', ['run', ...process.argv.slice(2)])
