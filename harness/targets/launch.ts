import type { Settings } from './target.ts'

/** What every Ollama that the suite starts is started with. */
export const OLLAMA_DEFAULTS: Settings = {
  // Nothing may reach for the network.
  OLLAMA_NO_CLOUD: '1',
  OLLAMA_NOPRUNE: '1',
  // The instruments stay loaded beside each other.
  OLLAMA_MAX_LOADED_MODELS: '12',
}

/** `--flag value`, a flag without value as it is. */
export const llamaServerFlags = (flags: Settings) =>
  Object.entries({ '--threads': '1', '--ctx-size': '512', ...flags }).flatMap(([flag, value]) =>
    value === '' ? [flag] : [flag, value],
  )
