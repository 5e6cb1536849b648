// Imported first by every command: says plainly what is missing, in syntax that an old Node can parse.
const version = process.versions.node.split('.')
const major = Number(version[0])
const minor = Number(version[1])

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node ${process.versions.node} is too old: this project needs Node 20.19 or newer.`)
  process.exit(1)
}
