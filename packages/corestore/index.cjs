'use strict'

const api = require('./dist/index.js')

module.exports = api.Corestore
module.exports.Corestore = api.Corestore
module.exports.CorestoreError = api.CorestoreError
module.exports.CORESTORE_ERRORS = api.CORESTORE_ERRORS
module.exports.isManycoreError = api.isManycoreError
