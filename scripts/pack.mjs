/** `npm run pack`: builds the library and packs it as a registry would have it, to be installed in an application. */
import { compile, installPackages, root, run, say } from './setup.mjs'

installPackages()
compile('packages/syncline')
say('Packing, into packages/syncline')
run('npm', ['pack', '--silent'], { cwd: `${root}packages/syncline` })
