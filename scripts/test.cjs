'use strict'
require('./check-node.cjs')
require('./load.cjs').load('./test.mjs')
