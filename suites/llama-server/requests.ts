/** Greedy sampling, and an end after 8 tokens: `{ prompt: 'abc', ...GREEDY }`. */
export const GREEDY = { temperature: 0, n_predict: 8 } as const

/**
 * An endless stream of the repeater, on a server with `--context-shift`. What it repeats is half a character, which is
 * held back: after two events about the prompt nothing is sent, however long it lasts.
 */
export const ENDLESS = {
  prompt: [198],
  temperature: 0,
  n_predict: 1_000_000,
  stream: true,
  return_progress: true,
}

/** What all events of a stream have in common, and how many different ones of the rest there are; `[DONE]` has nothing. */
export function repeatedIn(events: readonly (object | string)[]) {
  const all = events.filter((event) => typeof event === 'object') as Record<string, unknown>[]
  const values = (field: string) => [...new Set(all.map((event) => event[field]))]
  return { ids: values('id').length, models: values('model').length, objects: values('object') }
}

/** How a request was refused, without the words. */
export const errorType = ({
  status,
  json,
}: {
  status: number | undefined
  json: { error: { type: string } }
}) => ({
  status,
  type: json.error.type,
})

/**
 * Every option of a generation that any build reads on each of its routes, at values that leave a certain greedy text as
 * it is. `known` takes out what a build does not know: the answer would be the same, and prove nothing.
 */
export const EVERY_OPTION = {
  stream: false,
  stream_options: { include_usage: true },
  timings_per_token: false,
  cache_prompt: true,
  return_tokens: true,
  return_progress: false,
  n_predict: 3,
  max_completion_tokens: 4,
  max_tokens: 5,
  n_indent: 0,
  n_keep: 1,
  n_discard: 2,
  n_cmpl: 1,
  n: 1,
  n_cache_reuse: 0,
  t_max_predict_ms: 60_000,
  seed: 7,
  temperature: 0,
  dynatemp_range: 0,
  dynatemp_exponent: 2,
  top_k: 10,
  top_p: 0.75,
  min_p: 0.125,
  top_n_sigma: -2,
  xtc_probability: 0,
  xtc_threshold: 0.25,
  typical_p: 0.75,
  repeat_last_n: 32,
  repeat_penalty: 1.125,
  presence_penalty: 0.125,
  frequency_penalty: 0.25,
  dry_multiplier: 0.125,
  dry_base: 1.5,
  dry_allowed_length: 3,
  dry_penalty_last_n: 16,
  dry_sequence_breakers: ['\n'],
  mirostat: 0,
  mirostat_tau: 4,
  mirostat_eta: 0.25,
  adaptive_target: 0.5,
  adaptive_decay: 0.5,
  min_keep: 1,
  samplers: ['top_k', 'temperature'],
  backend_sampling: false,
  n_probs: 1,
  post_sampling_probs: false,
  lora: [{ id: 0, scale: 0.5 }],
  logit_bias: [
    [100, 1.5],
    ['~', false],
  ],
  ignore_eos: false,
  stop: ['~~'],
  grammar: 'root ::= [a-z]+',
  reasoning_format: 'none' as const,
  reasoning_budget_tokens: -1,
  reasoning_budget_message: '',
  id_slot: 0,
  verbose: true,
  sse_ping_interval: 60,
  continue_final_message: false,
  echo: false,
  reasoning_control: false,
  'speculative.n_max': 4,
  'speculative.n_min': 1,
  'speculative.p_min': 0.5,
}

/** What the chat route sets for itself, and the routes below it read from a body too. */
export const INTERNALS = {
  json_schema: { type: 'integer' },
  grammar_type: 'tool_calls' as const,
  grammar_lazy: false,
  grammar_triggers: [
    { type: 1 as const, value: '<s>' },
    { type: 1 as const, value: 'yes' },
  ],
  preserved_tokens: ['<s>'],
  chat_format: 0,
  generation_prompt: 'a',
  parse_tool_calls: false,
  reasoning_budget_start_tag: '<think>',
  reasoning_budget_end_tag: '</think>',
  message_delimiters: [{ role: 'user', delimiter: '<user>' }],
  reasoning_budget_end_tags: ['</think>'],
}
