import type { Settings } from './target.ts'

/** What every Ollama that the suite starts is started with. */
export const OLLAMA_DEFAULTS: Settings = {
  // Nothing may reach for the network.
  OLLAMA_NO_CLOUD: '1',
  OLLAMA_NOPRUNE: '1',
  // The instruments stay loaded beside each other.
  OLLAMA_MAX_LOADED_MODELS: '12',
  // A debugger, where there is one, takes seconds to write what led to the end of an engine.
  GGML_NO_BACKTRACE: '1',
  // A server that holds little collects all the time: a tenth of the time of a whole run, and no answer depends on it.
  GOGC: '400',
}

/** `--flag value`, a flag without value as it is. */
export const llamaServerFlags = (flags: Settings) =>
  Object.entries({ '--threads': '1', '--ctx-size': '512', ...flags }).flatMap(([flag, value]) =>
    value === '' ? [flag] : [flag, value],
  )
