#!/usr/bin/env node
import { runCommandLine } from './run-command-line.ts'

// Whoever reads our output may be gone, and the terminal with it: no reason to end.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

process.exit(await runCommandLine(process.argv.slice(2)))
