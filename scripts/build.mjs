/** `npm run build`: compiles the library and the examples. */
import { build, installPackages } from './setup.mjs'

installPackages()
build()
