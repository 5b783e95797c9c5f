import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, posix } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { pathsBelow, ROOT, readSource } from './source-files.ts'

interface Manifest {
  readonly scripts: Record<string, string>
  readonly bin: Record<string, string>
  readonly exports: Record<string, Record<string, string>>
}

const manifest = JSON.parse(readSource('package.json').text) as Manifest

describe('what npm would pack', () => {
  let packed: string[] = []

  beforeAll(() => {
    const text = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore']
    })
    const [result] = JSON.parse(text) as { files: { path: string }[] }[]
    packed = result!.files.map(file => file.path)
  })

  test('holds the license, the guide, the door and the command', () => {
    const needed = ['LICENSE', 'README.md', 'package.json', ...Object.values(manifest.bin)]
    const doors = Object.values(manifest.exports).flatMap(entry => Object.values(entry))
    for (const path of [...needed, ...doors].map(path => path.replace(/^\.\//, ''))) {
      const [before = '', behind] = path.split('*')
      const isFound = (name: string) => name.startsWith(before) && name.endsWith(behind ?? '')
      expect(behind === undefined ? packed.includes(path) : packed.some(isFound), path).toBe(true)
    }
  })

  test('holds whatever a document in it links to', () => {
    const documents = packed.filter(path => path.endsWith('.md'))
    expect(documents).toContain('docs/api.md')
    const broken = documents.flatMap(path =>
      [...readSource(path).text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
        .map(([, target]) => posix.join(posix.dirname(path), target!))
        .filter(target => !packed.includes(target))
        .map(target => `${path} -> ${target}`)
    )
    expect(broken).toEqual([])
  })

  test('holds nothing but compiled sources, schemas, documents and those', () => {
    const permitted =
      /^(?:dist\/(?:src|native-free)\/|schemas\/|docs\/|[\w/-]+\.md$|(?:LICENSE|package\.json)$)/
    expect(packed.filter(path => !permitted.test(path))).toEqual([])
    expect(packed.filter(path => path.endsWith('.node') || path.endsWith('.tsbuildinfo'))).toEqual([])
  })

  test('holds no file whose source is gone; if it does, delete dist and build again', () => {
    const compiled = packed.filter(path => path.endsWith('.js'))
    const sources = compiled.map(path => path.replace(/^dist\//, '').replace(/(?:\.bundle)?\.js$/, '.ts'))
    expect(compiled.length).toBeGreaterThan(0)
    expect(sources.filter(path => !existsSync(join(ROOT, path)))).toEqual([])
  })
})

test('every source has been compiled', () => {
  const sources = ['src', 'native-free'].flatMap(pathsBelow).filter(path => /(?<!\.d)\.ts$/.test(path))
  const missing = sources.filter(path => !existsSync(join(ROOT, 'dist', path.replace(/\.ts$/, '.js'))))
  expect(missing).toEqual([])
})

test('installing the package runs no program', () => {
  const names = ['preinstall', 'install', 'postinstall', 'prepare', 'preprepare', 'postprepare']
  expect(Object.keys(manifest.scripts).filter(name => names.includes(name))).toEqual([])
  expect(existsSync(join(ROOT, 'binding.gyp'))).toBe(false)
})

test('the lock file and the settings of npm name no registry', () => {
  expect(readSource('package-lock.json').text).not.toMatch(/"resolved"|\.tgz"/)
  expect(readSource('.npmrc').text).not.toMatch(/registry\s*=|\/\//)
})

test('every package is pinned by its content, but for optional ones of other platforms', () => {
  const { packages } = JSON.parse(readSource('package-lock.json').text) as {
    packages: Record<string, { integrity?: string; optional?: boolean; os?: string[] }>
  }
  const loose = Object.entries(packages).filter(([path, entry]) => {
    const isElsewhere =
      entry.optional === true && entry.os !== undefined && !existsSync(join(ROOT, path, 'package.json'))
    return path !== '' && entry.integrity === undefined && !isElsewhere
  })
  expect(loose.map(([path]) => path)).toEqual([])
})
