'use strict'
// Written for any Node: this file and those that load it must parse on the oldest one that a machine may have.
var floor = [20, 19]
var version = process.versions.node
var parts = version.split('.')
var major = Number(parts[0])
var needed = 'x needs Node.js ' + floor.join('.') + ' or newer, and this is ' + version
var remedy =
  '; install a current one from https://nodejs.org or with a version manager, such as `nvm install 22`.'
if (major < floor[0] || (major === floor[0] && Number(parts[1]) < floor[1])) {
  console.error(needed + remedy)
  process.exit(1)
}
