'use strict'
// Written for any Node: this file and those that load it must parse on the oldest one that a machine may have.
var floor = [20, 19]
var parts = process.versions.node.split('.')
var major = Number(parts[0])
if (major < floor[0] || (major === floor[0] && Number(parts[1]) < floor[1])) {
  console.error(
    'x needs Node.js ' +
      floor.join('.') +
      ' or newer, and this is ' +
      process.versions.node +
      '; install a current one from https://nodejs.org or with your version manager, such as `nvm install 22`.',
  )
  process.exit(1)
}
