// Every package.json says where its package comes from, and where to report what is wrong with it.
import { dirname } from 'node:path'
import { report } from '../process/report.mjs'
import { REPOSITORY } from '../workspace/repository.mjs'
import { checked, filesUnder, readJson, shown } from '../workspace/packages.mjs'

await report({
  'manifests: every package.json has repository, homepage and bugs': () =>
    filesUnder(checked, /[\\/]package\.json$/).flatMap((file) => {
      /** @type {Record<string, unknown>} */
      const manifest = readJson(file)
      return Object.entries(origin(shown(checked, dirname(file))))
        .filter(([field, value]) => JSON.stringify(manifest[field]) !== JSON.stringify(value))
        .map(([field, value]) => `${shown(checked, file)}: "${field}" must be ${JSON.stringify(value)}`)
    })
})

/**
 * @param {string} directory
 * @returns {Record<string, unknown>}
 */
function origin(directory) {
  const repository = { type: 'git', url: `git+${REPOSITORY}.git` }
  return {
    repository: directory === '' ? repository : { ...repository, directory },
    homepage: `${REPOSITORY}${directory === '' ? '' : `/tree/main/${directory}`}#readme`,
    bugs: { url: `${REPOSITORY}/issues` }
  }
}
