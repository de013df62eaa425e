import { describe, expect, test } from 'vitest'
import { mentionsIn } from './mentions.ts'

const found = (path: string, text: string, chosen?: boolean) =>
  mentionsIn(path, text, chosen).map(({ line, text: written }) => `${line} ${written}`)

describe('a version of Ollama is found in', () => {
  test.each([
    ['an image', 'compose.yaml', 'image: ollama/ollama:0.24.0', '1 0.24.0'],
    ['one in quotes', 'compose.yaml', `image: "ollama/ollama:0.24.0"`, '1 0.24.0'],
    [
      'one of a registry',
      'Dockerfile',
      'FROM registry.example:5000/hub/ollama/ollama:v0.24.0 AS a',
      '1 v0.24.0',
    ],
    ['one of a mirror', 'run.sh', 'docker run mirror.example/ollama:0.24.0-rocm serve', '1 0.24.0-rocm'],
    ['one built here', 'compose.yaml', 'image: ollama:0.24.0', '1 0.24.0'],
    ['a digest behind it', 'Dockerfile', `FROM ollama/ollama:0.24.0@sha256:${'a1'.repeat(32)}`, '1 0.24.0'],
    [
      'a digest alone',
      'Dockerfile',
      `FROM ollama/ollama@sha256:${'a1'.repeat(32)}`,
      `1 sha256:${'a1'.repeat(32)}`,
    ],
    ['a tag that is no version', 'compose.yaml', 'image: ollama/ollama:latest', '1 latest'],
    ['a variable', '.env', 'A=1\nOLLAMA_VERSION=0.24.0', '2 0.24.0'],
    ['one of a Dockerfile', 'Dockerfile', 'ENV OLLAMA_VERSION 0.24.0', '1 0.24.0'],
    [
      'one of another name, which the image takes',
      'Dockerfile',
      'ARG VERSION=0.24.0\nFROM ollama/ollama:${VERSION}',
      '1 0.24.0',
    ],
    ['one of a workflow', 'ci.yml', `env:\n  OLLAMA_TAG: '0.24.0'`, '2 0.24.0'],
    ['one of a Makefile', 'Makefile', 'OLLAMA_IMAGE_TAG := 0.24.0', '1 0.24.0'],
    ['a default', 'compose.yaml', 'image: ollama/ollama:${OLLAMA_VERSION:-0.24.0}', '1 0.24.0'],
    ['one of any variable', 'compose.yaml', 'image: ollama/ollama:${TAG-0.24.0}', '1 0.24.0'],
    ['one that is no version', 'compose.yaml', 'image: ollama/ollama:${TAG:-latest}', '1 latest'],
    ['a registry that is a variable', 'compose.yaml', 'image: ${REGISTRY}/ollama/ollama:0.24.0', '1 0.24.0'],
    ['one with a default', 'compose.yaml', 'image: ${HUB:-docker.io}/ollama/ollama:0.24.0', '1 0.24.0'],
    ['code', 'versions.ts', `export const ollamaVersion = '0.33.0-rc2'`, '1 0.33.0-rc2'],
    ['JSON', 'versions.json', '{ "ollama-version": "0.24.0" }', '1 0.24.0'],
    [
      'a release',
      'ci.yml',
      'curl -L https://github.com/ollama/ollama/releases/download/v0.24.0/o.tgz',
      '1 v0.24.0',
    ],
    [
      'its source',
      'get.sh',
      'wget https://github.com/ollama/ollama/archive/refs/tags/v0.24.0.tar.gz',
      '1 v0.24.0',
    ],
    [
      'what Renovate is told',
      'a.sh',
      '# renovate: datasource=docker depName=ollama/ollama\nSERVER=0.24.0',
      '2 0.24.0',
    ],
    ['a list of tools', '.tool-versions', 'node 24.1.0\nollama 0.24.0', '2 0.24.0'],
    ['mise', 'mise.toml', '[tools]\nollama = "0.24.0"', '2 0.24.0'],
    ['a file of its own', 'ollama.version', '# of production\n0.24.0\n', '2 0.24.0'],
    ['one by its folder', 'deploy/ollama/VERSION', '0.24.0\n', '1 0.24.0'],
  ])('%s', (_, path, text, expected) => {
    expect(found(path, text)).toEqual([expected])
  })

  test.each([
    ['tag below', 'image:\n  repository: ollama/ollama\n  # a remark\n  tag: "0.24.0"', '4 0.24.0'],
    [
      'tag above',
      'image:\n  tag: 0.24.0\n  pullPolicy: Always\n  repository: docker.io/ollama/ollama',
      '2 0.24.0',
    ],
    ['on a line', 'image: { repository: ollama/ollama, tag: 0.24.0-rocm }', '1 0.24.0-rocm'],
    ['by the names around it', 'ollama:\n  image:\n    tag: 0.24.0', '3 0.24.0'],
    [
      'in a list',
      'images:\n  - name: a/b\n    newTag: 1.0.0\n  - name: ollama/ollama\n    newTag: 0.24.0',
      '5 0.24.0',
    ],
    [
      'first in its item',
      'images:\n- newTag: 0.24.0\n  name: ollama/ollama\n- newTag: 1.0.0\n  name: a/b',
      '2 0.24.0',
    ],
  ])('Helm and Kustomize: %s', (_, text, expected) => {
    expect(found('values.yaml', text)).toEqual([expected])
  })
})

test.each([
  ['the client of npm', 'package.json', '{ "dependencies": { "ollama": "^0.6.3" } }'],
  ['the client of PyPI', 'requirements.txt', 'ollama==0.6.0'],
  ['another image', 'compose.yaml', 'image: example/ollama-proxy:0.24.0'],
  ['its page', 'compose.yaml', '# https://hub.docker.com/r/ollama/ollama:'],
  ['the image of another chart', 'values.yaml', 'web:\n  image:\n    repository: a/b\n    tag: 0.24.0'],
  ['one beside it', 'values.yaml', 'ollama:\n  image:\n    repository: a/b\n    tag: 0.24.0'],
  ['prose', 'docs/ollama.md', 'We ran ollama/ollama:0.24.0'],
  ['another version', 'VERSION', '0.24.0'],
  ['more than a version', 'ollama.txt', '0.24.0\n0.25.0'],
])('none is found in %s', (_, path, text) => {
  expect(found(path, text)).toEqual([])
})

test('in a file that somebody named, a version alone is one', () => {
  expect(found('VERSION', '0.24.0\n', true)).toEqual(['1 0.24.0'])
})
