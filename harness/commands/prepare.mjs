import { existsSync, readdirSync, rmSync } from 'node:fs'

// After `npm ci`: the Node of this system comes with 67 MB of headers, which only native modules are compiled against.
const packages = existsSync('node_modules') ? readdirSync('node_modules') : []
for (const name of packages.filter((name) => /^node-(bin-)?(linux|darwin|win)-/.test(name))) {
  rmSync(`node_modules/${name}/include`, { recursive: true, force: true })
}
