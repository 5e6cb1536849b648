// What docs/ says about the whole repository: the codemap is the tree's, every page can be found, every code is explained.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { report } from '../process/report.mjs'
import { readMarkdown } from '../workspace/markdown.mjs'
import { checked, packagesOf, shown } from '../workspace/packages.mjs'
import { trackedFiles } from '../workspace/tracked.mjs'

const MAP = 'docs/architecture.md'
const files = trackedFiles(checked)
const packages = packagesOf(checked).filter(({ dir }) => dir.startsWith(join(checked, 'packages')))

await report({
  'docs: the codemap names every folder': () => {
    const mapped = new Set(codemap())
    return folders()
      .filter((folder) => !mapped.has(folder))
      .map((folder) => `${MAP}: the codemap lacks ${folder}; say in a phrase what is in it`)
  },
  'docs: the codemap names no folder that is not there': () => {
    const there = new Set(folders())
    return codemap()
      .filter((folder) => !there.has(folder))
      .map((folder) => `${MAP}: the codemap has ${folder}, which is not in the tree`)
  },
  'docs: README.md links to every page': () => {
    const linked = new Set(
      readMarkdown(join(checked, 'README.md')).links.map(({ url }) => url.replace(/#.*/, ''))
    )
    return files
      .filter((file) => /^(docs\/(?!adr\/|api\/).*|(?!README)[^/]+)\.md$/.test(file))
      .filter((page) => !linked.has(page))
      .map((page) => `README.md has no link to ${page}`)
  },
  'docs: troubleshooting.md explains every error code': () => {
    const text = read('docs/troubleshooting.md')
    return [...read('docs/errors.md').matchAll(/^\| `([A-Z_]+)`/gm)]
      .map(([, code = '']) => code)
      .filter((code) => !text.includes(`\`${code}\``))
      .map((code) => `docs/troubleshooting.md lacks ${code}: what causes it, and what is to be done`)
  },
  'docs: api.md lists every package and subpath': () => {
    const text = read('docs/api.md')
    return packages
      .filter(({ published }) => published)
      .flatMap(({ name, manifest }) => Object.keys(manifest.exports ?? {}).map((path) => join(name, path)))
      .filter((name) => !name.endsWith('package.json') && !text.includes(`**${name}**`))
      .map((name) => `docs/api.md lacks **${name}**`)
  }
})

/** The folders that the codemap names, as paths from the root: `### \`packages/kv\``, and under it "- `lsm/`: …". */
function codemap() {
  const [, text] = /^## Codemap$(.*?)^## /ms.exec(read(MAP)) ?? []
  if (text === undefined) throw new Error(`${MAP} has no section "Codemap"`)
  return text.split(/^### /m).flatMap((section) => {
    const [, home] = /^`(packages\/[\w-]+)`/.exec(section) ?? []
    const named = [...section.matchAll(/^- `([\w./-]+)\/`: \S/gm)].map(([, folder = '']) => folder)
    if (home === undefined) return named
    return [
      home,
      ...named.map((folder) => `${home}/${existsSync(join(checked, home, folder)) ? '' : 'src/'}${folder}`)
    ]
  })
}

/** Folders at the root; every package, and the folders of its sources and of the suite it has for others. */
function folders() {
  const inPackages = packages.flatMap(({ dir }) => {
    const home = shown(checked, dir)
    const inside = foldersBelow(home).filter((folder) => /^(src\/.|compliance$)/.test(folder))
    return [home, ...inside.map((folder) => `${home}/${folder}`)]
  })
  const tops = foldersBelow('').filter((folder) => /^[^./][^/]*$/.test(folder))
  return [...tops, ...inPackages]
}

/**
 * The folders that hold files of git, at any depth.
 * @param {string} home  where to look; '' = at the root
 * @returns {string[]}   relative to home
 */
function foldersBelow(home) {
  const start = home === '' ? '' : `${home}/`
  const within = files.filter((file) => file.startsWith(start)).map((file) => file.slice(start.length))
  return [
    ...new Set(
      within.flatMap((file) => {
        const names = file.split('/').slice(0, -1)
        return names.map((_, i) => names.slice(0, i + 1).join('/'))
      })
    )
  ]
}

/** @param {string} file */
function read(file) {
  return readFileSync(join(checked, file), 'utf8')
}
