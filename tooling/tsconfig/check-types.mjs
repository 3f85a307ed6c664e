#!/usr/bin/env node
// The native compiler checks ten times as fast. The one in JavaScript stays for what asks it for types: the linter
// and the bundler. Its program is no export of the package, so that it is found by its package.json.
await import(new URL('bin/tsc', import.meta.resolve('typescript-native/package.json')))
