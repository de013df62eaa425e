/* Made from the schemas by `npm run generate`. Every version is in one type: a comment says since when. */

/**
 * One entry for each token.
 * 
 * @minItems 1
 */
export type Probabilities = {
/**
 * id of the token
 */
id: number
/**
 * text of the token as far as it is UTF-8
 */
token: string
/**
 * bytes of the token
 */
bytes: number[]
/**
 * natural logarithm of the probability before the samplers
 */
logprob?: number
/**
 * probability after the samplers, in place of `logprob` with `post_sampling_probs`
 */
prob?: number
/**
 * the likeliest tokens at this place, beside `logprob`
 */
top_logprobs?: {
/**
 * id of the token
 */
id: number
/**
 * text of the token as far as it is UTF-8
 */
token: string
/**
 * bytes of the token
 */
bytes: number[]
/**
 * natural logarithm of the probability before the samplers
 */
logprob: number
}[]
/**
 * the likeliest tokens at this place, beside `prob`
 */
top_probs?: {
/**
 * id of the token
 */
id: number
/**
 * text of the token as far as it is UTF-8
 */
token: string
/**
 * bytes of the token
 */
bytes: number[]
/**
 * probability after the samplers, in place of `logprob` with `post_sampling_probs`
 */
prob: number
}[]
}[]
/**
 * The data of the last event.
 */
export type Done = "[DONE]"
/**
 * Several completions, in the order of their index.
 * 
 * @minItems 2
 */
export type CompletionBatch = CompletionResponse[]
/**
 * The vectors of each text.
 * 
 * @minItems 1
 */
export type EmbeddingResponse = {
/**
 * place of the text
 */
index: number
/**
 * one vector, or one for each token with `--pooling none`
 * 
 * @minItems 1
 */
embedding: number[][]
}[]
/**
 * The slots. A slot that had no task yet has only the first four properties. With LLAMA_SERVER_SLOTS_DEBUG it shows texts too.
 * 
 * @minItems 1
 */
export type SlotsResponse = {
/**
 * number of the slot
 */
id: number
/**
 * its context, in tokens
 */
n_ctx: number
/**
 * whether it drafts tokens
 */
speculative: boolean
/**
 * whether it is at work
 */
is_processing: boolean
/**
 * number of its task, present or last
 */
id_task?: number
/**
 * tokens in its cache, of prompt and answer (b10068 and up)
 */
n_prompt_tokens?: number
/**
 * tokens of the prompt that were evaluated (b10068 and up)
 */
n_prompt_tokens_processed?: number
/**
 * tokens of the prompt that were in the cache (b10068 and up)
 */
n_prompt_tokens_cache?: number
/**
 * settings of its task
 */
params?: Parameters
/**
 * where its task is
 * 
 * @minItems 1
 * @maxItems 1
 */
next_token?: {
/**
 * whether it goes on
 */
has_next_token: boolean
/**
 * whether a new line was generated
 */
has_new_line: boolean
/**
 * tokens that may follow; -1 is without a limit
 */
n_remain: number
/**
 * tokens generated
 */
n_decoded: number
}[]
}[]

/**
 * A conversation; the other properties of a chat request are read too, and change nothing.
 */
export interface ApplyTemplateRequest {
/**
 * the conversation
 */
messages: {
/**
 * who speaks
 */
role: string
/**
 * the text, or its parts; null beside calls
 */
content?: (string | {
/**
 * kind of part
 */
type: ("text" | "image_url" | "input_audio" | "input_video")
/**
 * the text
 */
text?: string
}[] | null)
/**
 * what an assistant thought
 */
reasoning_content?: string
/**
 * name of the tool whose result this is
 */
name?: string
/**
 * identifier of the call whose result this is
 */
tool_call_id?: string
/**
 * calls that an assistant made
 */
tool_calls?: {
/**
 * identifier
 */
id?: string
/**
 * kind of tool
 */
type: "function"
/**
 * what was called
 */
function: {
/**
 * name of the tool
 */
name: string
/**
 * arguments, as JSON in a text or as an object
 */
arguments: (string | {
[k: string]: unknown
})
}
}[]
}[]
/**
 * what the model may call
 */
tools?: {
/**
 * kind of tool
 */
type: "function"
/**
 * the function
 */
function: {
/**
 * its name
 */
name: string
/**
 * what it does
 */
description?: string
/**
 * JSON Schema of its arguments
 */
parameters?: {
[k: string]: unknown
}
}
}[]
/**
 * whether tools are called
 */
tool_choice?: ("auto" | "none" | "required")
/**
 * allow several calls in a message
 */
parallel_tool_calls?: boolean
/**
 * end with what starts an answer; true when absent
 */
add_generation_prompt?: boolean
/**
 * variables of the template
 */
chat_template_kwargs?: {
[k: string]: unknown
}
/**
 * form of the answer
 */
response_format?: {
/**
 * form of the answer
 */
type: ("text" | "json_object" | "json_schema")
/**
 * JSON Schema of the answer, for json_object
 */
schema?: {
[k: string]: unknown
}
/**
 * for json_schema
 */
json_schema?: {
/**
 * name of the schema; not read
 */
name?: string
/**
 * JSON Schema of the answer
 */
schema?: {
[k: string]: unknown
}
}
}
/**
 * how much to think: `none` is not at all, else a variable of the template (b10488 and up)
 */
reasoning_effort?: string
/**
 * most tokens to think; -1 is without a limit
 */
thinking_budget_tokens?: number
/**
 * where thinking is put: `none` leaves it in the text
 */
reasoning_format?: ("none" | "auto" | "deepseek" | "deepseek-legacy")
/**
 * the answer goes on with the last message: true, or which part of it (b10068 and up)
 */
continue_final_message?: (boolean | string)
}
/**
 * A prompt.
 */
export interface ApplyTemplateResponse {
/**
 * the messages as the model gets them
 */
prompt: string
}
/**
 * A part of the message, or its end.
 */
export interface ChatChunk {
/**
 * exactly one
 * 
 * @minItems 1
 * @maxItems 1
 */
choices: {
/**
 * why it ended, null when it did not
 */
finish_reason: ("stop" | "length" | "tool_calls" | null)
/**
 * place of the choice
 */
index: number
/**
 * what is new; nothing in the last event
 */
delta: {
/**
 * who speaks, in the first event
 */
role?: "assistant"
/**
 * text since the event before; null in the first event
 */
content?: (string | null)
/**
 * thinking since the event before
 */
reasoning_content?: string
/**
 * a part of a call
 * 
 * @minItems 1
 * @maxItems 1
 */
tool_calls?: {
/**
 * place of the call
 */
index: number
/**
 * identifier, in its first part
 */
id?: string
/**
 * kind of tool, in its first part
 */
type?: "function"
/**
 * what is called
 */
function?: {
/**
 * name of the tool, in its first part
 */
name?: string
/**
 * arguments since the event before
 */
arguments?: string
}
}[]
}
/**
 * log probabilities, with `logprobs` only
 */
logprobs?: {
/**
 * one entry for each token
 */
content: Probabilities
}
}[]
/**
 * Unix time, in seconds
 */
created: number
/**
 * path of the model, or its alias; the name of its file before b10068
 */
model: string
/**
 * build and commit of the server
 */
system_fingerprint: string
/**
 * kind of object
 */
object: "chat.completion.chunk"
/**
 * `chatcmpl-` and 32 letters or digits, the same for a whole stream
 */
id: string
/**
 * what /completion would answer, with `verbose` or at the highest log level
 */
__verbose?: CompletionLast
/**
 * what it took: in the last event, with `timings_per_token`, or in a progress event
 */
timings?: Timings
/**
 * how far the prompt is, with `return_progress` only
 */
prompt_progress?: Progress
}
/**
 * The end of a stream.
 */
export interface CompletionLast {
/**
 * place of the prompt in a list of prompts, times `n_cmpl`
 */
index: number
/**
 * the completion; in a stream only what no event before had
 */
content: string
/**
 * ids of the generated tokens, with `return_tokens` only
 */
tokens: number[]
/**
 * the slot that did it
 */
id_slot: number
/**
 * the end
 */
stop: true
/**
 * path of the model, or its alias; the name of its file before b10068
 */
model: string
/**
 * tokens generated, with the end of the sequence
 */
tokens_predicted: number
/**
 * tokens of the prompt
 */
tokens_evaluated: number
/**
 * what was asked for, with defaults
 */
generation_settings: Settings
/**
 * text of the prompt, special tokens too
 */
prompt: string
/**
 * whether a new line was generated
 */
has_new_line: boolean
/**
 * whether the context became full
 */
truncated: boolean
/**
 * why it ended: `eos` the end of the sequence, `word` a stop string, `limit` n_predict or the context
 */
stop_type: ("none" | "eos" | "word" | "limit")
/**
 * the stop string, `""` without one
 */
stopping_word: string
/**
 * tokens of prompt and answer that are in the cache afterwards
 */
tokens_cached: number
/**
 * what it took
 */
timings: Timings
}
/**
 * What a request asked for, with the defaults of the server.
 */
export interface Settings {
/**
 * seed of the sampler; 4294967295 is a random one
 */
seed: number
/**
 * divides the logits; 0 is greedy
 */
temperature: number
/**
 * the temperature moves by this much either way; 0 is off
 */
dynatemp_range: number
/**
 * how entropy maps to temperature
 */
dynatemp_exponent: number
/**
 * sample from the k likeliest tokens; 0 is off
 */
top_k: number
/**
 * sample from the likeliest tokens with this total probability; 1 is off
 */
top_p: number
/**
 * least probability, relative to the likeliest token; 0 is off
 */
min_p: number
/**
 * keep tokens within this many standard deviations of the top logit; negative is off
 */
top_n_sigma: number
/**
 * chance that the likeliest tokens are taken out; 0 is off
 */
xtc_probability: number
/**
 * least probability of a token that may be taken out; above 0.5 is off
 */
xtc_threshold: number
/**
 * locally typical sampling; 1 is off
 */
typical_p: number
/**
 * tokens to look back for repetition; 0 is off
 */
repeat_last_n: number
/**
 * divides the logits of recent tokens; 1 is off
 */
repeat_penalty: number
/**
 * taken from the logit of a token that occurred; 0 is off
 */
presence_penalty: number
/**
 * taken from the logit of a token for each time it occurred; 0 is off
 */
frequency_penalty: number
/**
 * strength of the DRY penalty for repeated sequences; 0 is off
 */
dry_multiplier: number
/**
 * base of the DRY penalty
 */
dry_base: number
/**
 * length of a repetition that is not penalised, in tokens
 */
dry_allowed_length: number
/**
 * tokens to look back for repeated sequences; 0 is off, -1 the whole context
 */
dry_penalty_last_n: number
/**
 * texts that end a repeated sequence
 */
dry_sequence_breakers: string[]
/**
 * Mirostat sampling: 0 off, 1 or 2
 */
mirostat: number
/**
 * target entropy of Mirostat
 */
mirostat_tau: number
/**
 * learning rate of Mirostat
 */
mirostat_eta: number
/**
 * target probability of the adaptive sampler; negative is off (b10488 and up)
 */
adaptive_target: number
/**
 * decay of the average that the adaptive sampler keeps (b10488 and up)
 */
adaptive_decay: number
/**
 * texts that end the generation
 */
stop: string[]
/**
 * the same as n_predict
 */
max_tokens: number
/**
 * most tokens to generate; -1 is without a limit
 */
n_predict: number
/**
 * tokens of the prompt to keep when the context is full; -1 is all
 */
n_keep: number
/**
 * tokens to drop when the context is full; 0 is half of them
 */
n_discard: number
/**
 * whether the end of the sequence is never sampled
 */
ignore_eos: boolean
/**
 * whether the answer is a stream
 */
stream: boolean
/**
 * what is added to logits
 */
logit_bias: {
/**
 * what is added; null is minus infinity
 */
bias: (number | null)
/**
 * id of the token
 */
token: number
}[]
/**
 * likeliest tokens to report at each place
 */
n_probs: number
/**
 * least number of tokens that samplers leave
 */
min_keep: number
/**
 * grammar that the answer must fit, in GBNF; `""` without one
 */
grammar: string
/**
 * whether the grammar waits for a trigger
 */
grammar_lazy: boolean
/**
 * what starts a lazy grammar
 */
grammar_triggers: {
/**
 * 0 a token, 1 a word, 2 a pattern, 3 a pattern of the whole text
 */
type: (0 | 1 | 2 | 3)
/**
 * the text or pattern
 */
value: string
/**
 * id of the token, for type 0
 */
token?: number
}[]
/**
 * ids of the special tokens that are shown as text
 */
preserved_tokens: number[]
/**
 * how the answer is parsed into a message
 */
chat_format: ("Content-only" | "peg-simple" | "peg-native" | "peg-gemma4" | "peg-minimax-m3")
/**
 * where thinking is put: `none` leaves it in the text
 */
reasoning_format: ("none" | "auto" | "deepseek" | "deepseek-legacy")
/**
 * whether a stream keeps thinking in the text
 */
reasoning_in_content: boolean
/**
 * what the template puts behind the messages to start the answer
 */
generation_prompt: string
/**
 * the samplers in their order
 */
samplers: ("penalties" | "dry" | "top_n_sigma" | "top_k" | "typ_p" | "top_p" | "min_p" | "xtc" | "temperature" | "infill" | "adaptive_p")[]
/**
 * kind of speculative decoding (before b10068)
 */
"speculative.type": string
/**
 * kinds of speculative decoding (b10068 and up)
 */
"speculative.types": string
/**
 * whether each event of a stream has timings
 */
timings_per_token: boolean
/**
 * whether probabilities are those after the samplers
 */
post_sampling_probs: boolean
/**
 * whether the backend samples
 */
backend_sampling: boolean
/**
 * LoRA adapters of this request
 */
lora: {
/**
 * number of the adapter
 */
id: number
/**
 * strength
 */
scale: number
}[]
}
/**
 * What a generation took.
 */
export interface Timings {
/**
 * tokens of the prompt that were in the cache
 */
cache_n: number
/**
 * tokens of the prompt that were evaluated
 */
prompt_n: number
/**
 * time for the prompt, in milliseconds
 */
prompt_ms: number
/**
 * time for one token of the prompt, in milliseconds; null where it is not a number
 */
prompt_per_token_ms: (number | null)
/**
 * tokens of the prompt per second; null where it is not a number
 */
prompt_per_second: (number | null)
/**
 * tokens generated
 */
predicted_n: number
/**
 * time for the generation, in milliseconds
 */
predicted_ms: number
/**
 * time for one token, in milliseconds; null where none was generated before b10488
 */
predicted_per_token_ms: (number | null)
/**
 * tokens generated per second; null where it is not a number
 */
predicted_per_second: (number | null)
/**
 * tokens drafted
 */
draft_n?: number
/**
 * drafted tokens that were taken
 */
draft_n_accepted?: number
}
/**
 * How far the prompt is evaluated.
 */
export interface Progress {
/**
 * tokens of the prompt
 */
total: number
/**
 * of these, tokens that were in the cache
 */
cache: number
/**
 * of these, tokens that are done, with those of the cache
 */
processed: number
/**
 * time since the start, in milliseconds
 */
time_ms: number
}
/**
 * A conversation, with the options of /completion.
 */
export interface ChatRequest {
/**
 * not looked at
 */
model?: string
/**
 * the conversation
 */
messages: {
/**
 * who speaks
 */
role: string
/**
 * the text, or its parts; null beside calls
 */
content?: (string | {
/**
 * kind of part
 */
type: ("text" | "image_url" | "input_audio" | "input_video")
/**
 * the text
 */
text?: string
}[] | null)
/**
 * what an assistant thought
 */
reasoning_content?: string
/**
 * name of the tool whose result this is
 */
name?: string
/**
 * identifier of the call whose result this is
 */
tool_call_id?: string
/**
 * calls that an assistant made
 */
tool_calls?: {
/**
 * identifier
 */
id?: string
/**
 * kind of tool
 */
type: "function"
/**
 * what was called
 */
function: {
/**
 * name of the tool
 */
name: string
/**
 * arguments, as JSON in a text or as an object
 */
arguments: (string | {
[k: string]: unknown
})
}
}[]
}[]
/**
 * what the model may call
 */
tools?: {
/**
 * kind of tool
 */
type: "function"
/**
 * the function
 */
function: {
/**
 * its name
 */
name: string
/**
 * what it does
 */
description?: string
/**
 * JSON Schema of its arguments
 */
parameters?: {
[k: string]: unknown
}
}
}[]
/**
 * whether tools are called
 */
tool_choice?: ("auto" | "none" | "required")
/**
 * allow several calls in a message
 */
parallel_tool_calls?: boolean
/**
 * end with what starts an answer; true when absent
 */
add_generation_prompt?: boolean
/**
 * variables of the template
 */
chat_template_kwargs?: {
[k: string]: unknown
}
/**
 * form of the answer
 */
response_format?: {
/**
 * form of the answer
 */
type: ("text" | "json_object" | "json_schema")
/**
 * JSON Schema of the answer, for json_object
 */
schema?: {
[k: string]: unknown
}
/**
 * for json_schema
 */
json_schema?: {
/**
 * name of the schema; not read
 */
name?: string
/**
 * JSON Schema of the answer
 */
schema?: {
[k: string]: unknown
}
}
}
/**
 * how much to think: `none` is not at all, else a variable of the template (b10488 and up)
 */
reasoning_effort?: string
/**
 * most tokens to think; -1 is without a limit
 */
thinking_budget_tokens?: number
/**
 * answer with log probabilities
 */
logprobs?: boolean
/**
 * likeliest tokens to report at each place; 20 when absent
 */
top_logprobs?: number
/**
 * answer with `__verbose`; no effect on /completion (b10068 and up)
 */
verbose?: boolean
/**
 * timings in each event of a stream
 */
timings_per_token?: boolean
/**
 * answer as server-sent events; false when absent
 */
stream?: boolean
/**
 * options of the stream
 */
stream_options?: {
/**
 * send the usage at the end of a chat stream
 */
include_usage?: boolean
}
/**
 * use what the cache has of the prompt; true when absent
 */
cache_prompt?: boolean
/**
 * answer with `tokens`
 */
return_tokens?: boolean
/**
 * events with the progress of the prompt, in a stream
 */
return_progress?: boolean
/**
 * seconds of silence after which a stream sends a comment; -1 is never (b10068 and up)
 */
sse_ping_interval?: number
/**
 * most tokens to generate; -1 is without a limit
 */
n_predict?: number
/**
 * the same as `n_predict`, which goes before it
 */
max_completion_tokens?: number
/**
 * the same as `n_predict`, which goes before it, as does `max_completion_tokens`
 */
max_tokens?: number
/**
 * least indentation of a line, in blanks
 */
n_indent?: number
/**
 * tokens of the prompt to keep when the context is full; -1 is all
 */
n_keep?: number
/**
 * tokens to drop when the context is full; 0 is half of them
 */
n_discard?: number
/**
 * completions of each prompt, at most the number of slots
 */
n_cmpl?: number
/**
 * the same as `n_cmpl`, which goes before it
 */
n?: number
/**
 * least number of tokens to be reused by shifting the cache; 0 is off
 */
n_cache_reuse?: number
/**
 * time after which a generation ends at a new line, in milliseconds; -1 is off
 */
t_max_predict_ms?: number
/**
 * sample from the k likeliest tokens; 0 is off
 */
top_k?: number
/**
 * sample from the likeliest tokens with this total probability; 1 is off
 */
top_p?: number
/**
 * least probability, relative to the likeliest token; 0 is off
 */
min_p?: number
/**
 * keep tokens within this many standard deviations of the top logit; negative is off
 */
top_n_sigma?: number
/**
 * chance that the likeliest tokens are taken out; 0 is off
 */
xtc_probability?: number
/**
 * least probability of a token that may be taken out; above 0.5 is off
 */
xtc_threshold?: number
/**
 * locally typical sampling; 1 is off
 */
typical_p?: number
/**
 * divides the logits; 0 is greedy
 */
temperature?: number
/**
 * the temperature moves by this much either way; 0 is off
 */
dynatemp_range?: number
/**
 * how entropy maps to temperature
 */
dynatemp_exponent?: number
/**
 * tokens to look back for repetition; 0 is off; -1, the context, before b10488
 */
repeat_last_n?: number
/**
 * divides the logits of recent tokens; 1 is off
 */
repeat_penalty?: number
/**
 * taken from the logit of a token that occurred; 0 is off
 */
presence_penalty?: number
/**
 * taken from the logit of a token for each time it occurred; 0 is off
 */
frequency_penalty?: number
/**
 * strength of the DRY penalty for repeated sequences; 0 is off
 */
dry_multiplier?: number
/**
 * base of the DRY penalty
 */
dry_base?: number
/**
 * length of a repetition that is not penalised, in tokens
 */
dry_allowed_length?: number
/**
 * tokens to look back for repeated sequences; 0 is off, -1 the whole context
 */
dry_penalty_last_n?: number
/**
 * Mirostat sampling: 0 off, 1 or 2
 */
mirostat?: number
/**
 * target entropy of Mirostat
 */
mirostat_tau?: number
/**
 * learning rate of Mirostat
 */
mirostat_eta?: number
/**
 * target probability of the adaptive sampler; negative is off
 */
adaptive_target?: number
/**
 * decay of the average that the adaptive sampler keeps
 */
adaptive_decay?: number
/**
 * seed of the sampler; -1 is a random one
 */
seed?: number
/**
 * likeliest tokens to report at each place
 */
n_probs?: number
/**
 * least number of tokens that samplers leave
 */
min_keep?: number
/**
 * let the backend sample
 */
backend_sampling?: boolean
/**
 * probabilities after the samplers, in place of log probabilities before them
 */
post_sampling_probs?: boolean
/**
 * most tokens to draft (before b10068)
 */
"speculative.n_max"?: number
/**
 * least tokens to draft (before b10068)
 */
"speculative.n_min"?: number
/**
 * least probability of a drafted token (before b10068)
 */
"speculative.p_min"?: number
/**
 * LoRA adapters of this request
 */
lora?: {
/**
 * number of the adapter
 */
id: number
/**
 * strength
 */
scale: number
}[]
/**
 * texts that end a repeated sequence
 * 
 * @minItems 1
 */
dry_sequence_breakers?: string[]
/**
 * JSON Schema that the answer must fit; on /completion `grammar` goes before it
 */
json_schema?: {
[k: string]: unknown
}
/**
 * grammar that the answer must fit, in GBNF
 */
grammar?: string
/**
 * where thinking is put: `none` leaves it in the text
 */
reasoning_format?: ("none" | "auto" | "deepseek" | "deepseek-legacy")
/**
 * the answer goes on with the last message: true, or which part of it (b10068 and up)
 */
continue_final_message?: (boolean | string)
/**
 * parse the last message again with what follows it (b10068 and up)
 */
echo?: boolean
/**
 * let another request end the thinking (b10068 and up)
 */
reasoning_control?: boolean
/**
 * most tokens to think; -1 is without a limit
 */
reasoning_budget_tokens?: number
/**
 * what is put before the end of thinking when the budget is spent
 */
reasoning_budget_message?: string
/**
 * what is added to logits: pairs of a token or text and a number or false, or an object from token or text to these
 */
logit_bias?: (unknown[][] | {
[k: string]: number | boolean
})
/**
 * never sample the end of the sequence
 */
ignore_eos?: boolean
/**
 * one or more texts that end the generation; a single text is not read by /completion and /infill before b10068
 */
stop?: (string[] | string)
/**
 * samplers in their order: names, or one letter each in a text
 */
samplers?: (string[] | string)
/**
 * the slot to use; -1 is any
 */
id_slot?: number
}
/**
 * One message for each choice.
 */
export interface ChatResponse {
/**
 * the messages
 * 
 * @minItems 1
 */
choices: {
/**
 * why it ended
 */
finish_reason: ("stop" | "length" | "tool_calls")
/**
 * place of the choice
 */
index: number
/**
 * the message
 */
message: {
/**
 * who speaks
 */
role: "assistant"
/**
 * the text, `""` when there is none
 */
content: string
/**
 * what the model thought before it
 */
reasoning_content?: string
/**
 * calls that the model asks for
 * 
 * @minItems 1
 */
tool_calls?: {
/**
 * kind of tool
 */
type: "function"
/**
 * what is called
 */
function: {
/**
 * name of the tool
 */
name: string
/**
 * arguments as JSON in a text
 */
arguments: string
}
/**
 * identifier: 32 letters or digits
 */
id: string
}[]
}
/**
 * log probabilities, with `logprobs` only
 */
logprobs?: {
/**
 * one entry for each token
 */
content: Probabilities
}
}[]
/**
 * Unix time, in seconds
 */
created: number
/**
 * path of the model, or its alias; the name of its file before b10068
 */
model: string
/**
 * build and commit of the server
 */
system_fingerprint: string
/**
 * kind of object
 */
object: "chat.completion"
/**
 * `chatcmpl-` and 32 letters or digits, the same for a whole stream
 */
id: string
/**
 * tokens of prompt and answer
 */
usage: Usage
/**
 * what /completion would answer, with `verbose` or at the highest log level
 */
__verbose?: CompletionResponse
/**
 * what it took
 */
timings: Timings
}
/**
 * Tokens of prompt and answer.
 */
export interface Usage {
/**
 * tokens generated, with the end of the sequence
 */
completion_tokens: number
/**
 * tokens of the prompt
 */
prompt_tokens: number
/**
 * sum of both
 */
total_tokens: number
/**
 * where tokens of the prompt came from
 */
prompt_tokens_details: {
/**
 * tokens of the prompt that were in the cache
 */
cached_tokens: number
}
}
/**
 * One completion.
 */
export interface CompletionResponse {
/**
 * place of the prompt in a list of prompts, times `n_cmpl`
 */
index: number
/**
 * the completion; in a stream only what no event before had
 */
content: string
/**
 * ids of the generated tokens, with `return_tokens` only
 */
tokens: number[]
/**
 * the slot that did it
 */
id_slot: number
/**
 * the end
 */
stop: true
/**
 * path of the model, or its alias; the name of its file before b10068
 */
model: string
/**
 * tokens generated, with the end of the sequence
 */
tokens_predicted: number
/**
 * tokens of the prompt
 */
tokens_evaluated: number
/**
 * what was asked for, with defaults
 */
generation_settings: Settings
/**
 * text of the prompt, special tokens too
 */
prompt: string
/**
 * whether a new line was generated
 */
has_new_line: boolean
/**
 * whether the context became full
 */
truncated: boolean
/**
 * why it ended: `eos` the end of the sequence, `word` a stop string, `limit` n_predict or the context
 */
stop_type: ("none" | "eos" | "word" | "limit")
/**
 * the stop string, `""` without one
 */
stopping_word: string
/**
 * tokens of prompt and answer that are in the cache afterwards
 */
tokens_cached: number
/**
 * what it took
 */
timings: Timings
/**
 * probabilities of the generated tokens, with `n_probs` only
 */
completion_probabilities?: Probabilities
}
/**
 * Sent after the last choice, with include_usage only.
 */
export interface ChatUsage {
/**
 * no choice
 * 
 * @maxItems 0
 */
choices: unknown[]
/**
 * Unix time, in seconds
 */
created: number
/**
 * path of the model, or its alias; the name of its file before b10068
 */
model: string
/**
 * build and commit of the server
 */
system_fingerprint: string
/**
 * kind of object
 */
object: "chat.completion.chunk"
/**
 * `chatcmpl-` and 32 letters or digits, the same for a whole stream
 */
id: string
/**
 * tokens of prompt and answer
 */
usage: Usage
/**
 * what it took
 */
timings: Timings
}
/**
 * What went wrong, with the status in it.
 */
export interface Error {
/**
 * what went wrong
 */
error: {
/**
 * the HTTP status
 */
code: number
/**
 * what went wrong
 */
message: string
/**
 * kind of error
 */
type: ("invalid_request_error" | "authentication_error" | "not_found_error" | "server_error" | "permission_error" | "not_supported_error" | "unavailable_error" | "exceed_context_size_error")
/**
 * tokens of the prompt, when it exceeds the context
 */
n_prompt_tokens?: number
/**
 * tokens of the context, when the prompt exceeds it
 */
n_ctx?: number
}
}
/**
 * Properties of requests, referenced one by one so that the messages stay closed.
 */
export interface Options {
[k: string]: unknown
}
/**
 * As `generation_settings`, without what may be long.
 */
export interface Parameters {
/**
 * seed of the sampler; 4294967295 is a random one
 */
seed: number
/**
 * divides the logits; 0 is greedy
 */
temperature: number
/**
 * the temperature moves by this much either way; 0 is off
 */
dynatemp_range: number
/**
 * how entropy maps to temperature
 */
dynatemp_exponent: number
/**
 * sample from the k likeliest tokens; 0 is off
 */
top_k: number
/**
 * sample from the likeliest tokens with this total probability; 1 is off
 */
top_p: number
/**
 * least probability, relative to the likeliest token; 0 is off
 */
min_p: number
/**
 * keep tokens within this many standard deviations of the top logit; negative is off
 */
top_n_sigma: number
/**
 * chance that the likeliest tokens are taken out; 0 is off
 */
xtc_probability: number
/**
 * least probability of a token that may be taken out; above 0.5 is off
 */
xtc_threshold: number
/**
 * locally typical sampling; 1 is off
 */
typical_p: number
/**
 * tokens to look back for repetition; 0 is off
 */
repeat_last_n: number
/**
 * divides the logits of recent tokens; 1 is off
 */
repeat_penalty: number
/**
 * taken from the logit of a token that occurred; 0 is off
 */
presence_penalty: number
/**
 * taken from the logit of a token for each time it occurred; 0 is off
 */
frequency_penalty: number
/**
 * strength of the DRY penalty for repeated sequences; 0 is off
 */
dry_multiplier: number
/**
 * base of the DRY penalty
 */
dry_base: number
/**
 * length of a repetition that is not penalised, in tokens
 */
dry_allowed_length: number
/**
 * tokens to look back for repeated sequences; 0 is off, -1 the whole context
 */
dry_penalty_last_n: number
/**
 * Mirostat sampling: 0 off, 1 or 2
 */
mirostat: number
/**
 * target entropy of Mirostat
 */
mirostat_tau: number
/**
 * learning rate of Mirostat
 */
mirostat_eta: number
/**
 * target probability of the adaptive sampler; negative is off (b10488 and up)
 */
adaptive_target: number
/**
 * decay of the average that the adaptive sampler keeps (b10488 and up)
 */
adaptive_decay: number
/**
 * the same as n_predict
 */
max_tokens: number
/**
 * most tokens to generate; -1 is without a limit
 */
n_predict: number
/**
 * tokens of the prompt to keep when the context is full; -1 is all
 */
n_keep: number
/**
 * tokens to drop when the context is full; 0 is half of them
 */
n_discard: number
/**
 * whether the end of the sequence is never sampled
 */
ignore_eos: boolean
/**
 * whether the answer is a stream
 */
stream: boolean
/**
 * likeliest tokens to report at each place
 */
n_probs: number
/**
 * least number of tokens that samplers leave
 */
min_keep: number
/**
 * how the answer is parsed into a message
 */
chat_format: ("Content-only" | "peg-simple" | "peg-native" | "peg-gemma4" | "peg-minimax-m3")
/**
 * where thinking is put: `none` leaves it in the text
 */
reasoning_format: ("none" | "auto" | "deepseek" | "deepseek-legacy")
/**
 * whether a stream keeps thinking in the text
 */
reasoning_in_content: boolean
/**
 * what the template puts behind the messages to start the answer
 */
generation_prompt: string
/**
 * the samplers in their order
 */
samplers: ("penalties" | "dry" | "top_n_sigma" | "top_k" | "typ_p" | "top_p" | "min_p" | "xtc" | "temperature" | "infill" | "adaptive_p")[]
/**
 * kind of speculative decoding (before b10068)
 */
"speculative.type": string
/**
 * kinds of speculative decoding (b10068 and up)
 */
"speculative.types": string
/**
 * whether each event of a stream has timings
 */
timings_per_token: boolean
/**
 * whether probabilities are those after the samplers
 */
post_sampling_probs: boolean
/**
 * whether the backend samples
 */
backend_sampling: boolean
/**
 * LoRA adapters of this request
 */
lora: {
/**
 * number of the adapter
 */
id: number
/**
 * strength
 */
scale: number
}[]
}
/**
 * One token, or the progress of the prompt.
 */
export interface CompletionChunk {
/**
 * place of the prompt in a list of prompts, times `n_cmpl`
 */
index: number
/**
 * text since the event before
 */
content: string
/**
 * ids of the tokens since the event before; `[0]` in a progress event from b10068 on
 */
tokens: number[]
/**
 * not the end
 */
stop: false
/**
 * always -1
 */
id_slot: -1
/**
 * tokens generated so far
 */
tokens_predicted: number
/**
 * tokens of the prompt
 */
tokens_evaluated: number
/**
 * what it took so far, with `timings_per_token` or in a progress event
 */
timings?: Timings
/**
 * how far the prompt is, with `return_progress` only
 */
prompt_progress?: Progress
/**
 * probabilities of the generated tokens, with `n_probs` only
 */
completion_probabilities?: Probabilities
}
/**
 * The fields that were asked for and that there are. A field of an object is named with a slash and stands at the top.
 */
export interface CompletionFields {
[k: string]: unknown
}
/**
 * Text to be completed as it is, without a template.
 */
export interface CompletionRequest {
/**
 * text, or token ids, or both mixed; a list of these is a batch
 */
prompt: (string | (string | number | (string | number)[])[])
/**
 * the fields to answer with; one of an object is named with a slash
 */
response_fields?: string[]
/**
 * the same as `n_probs`, which goes before it
 */
logprobs?: number
/**
 * answer with `__verbose`; no effect on /completion (b10068 and up)
 */
verbose?: boolean
/**
 * timings in each event of a stream
 */
timings_per_token?: boolean
/**
 * answer as server-sent events; false when absent
 */
stream?: boolean
/**
 * options of the stream
 */
stream_options?: {
/**
 * send the usage at the end of a chat stream
 */
include_usage?: boolean
}
/**
 * use what the cache has of the prompt; true when absent
 */
cache_prompt?: boolean
/**
 * answer with `tokens`
 */
return_tokens?: boolean
/**
 * events with the progress of the prompt, in a stream
 */
return_progress?: boolean
/**
 * seconds of silence after which a stream sends a comment; -1 is never (b10068 and up)
 */
sse_ping_interval?: number
/**
 * most tokens to generate; -1 is without a limit
 */
n_predict?: number
/**
 * the same as `n_predict`, which goes before it
 */
max_completion_tokens?: number
/**
 * the same as `n_predict`, which goes before it, as does `max_completion_tokens`
 */
max_tokens?: number
/**
 * least indentation of a line, in blanks
 */
n_indent?: number
/**
 * tokens of the prompt to keep when the context is full; -1 is all
 */
n_keep?: number
/**
 * tokens to drop when the context is full; 0 is half of them
 */
n_discard?: number
/**
 * completions of each prompt, at most the number of slots
 */
n_cmpl?: number
/**
 * the same as `n_cmpl`, which goes before it
 */
n?: number
/**
 * least number of tokens to be reused by shifting the cache; 0 is off
 */
n_cache_reuse?: number
/**
 * time after which a generation ends at a new line, in milliseconds; -1 is off
 */
t_max_predict_ms?: number
/**
 * sample from the k likeliest tokens; 0 is off
 */
top_k?: number
/**
 * sample from the likeliest tokens with this total probability; 1 is off
 */
top_p?: number
/**
 * least probability, relative to the likeliest token; 0 is off
 */
min_p?: number
/**
 * keep tokens within this many standard deviations of the top logit; negative is off
 */
top_n_sigma?: number
/**
 * chance that the likeliest tokens are taken out; 0 is off
 */
xtc_probability?: number
/**
 * least probability of a token that may be taken out; above 0.5 is off
 */
xtc_threshold?: number
/**
 * locally typical sampling; 1 is off
 */
typical_p?: number
/**
 * divides the logits; 0 is greedy
 */
temperature?: number
/**
 * the temperature moves by this much either way; 0 is off
 */
dynatemp_range?: number
/**
 * how entropy maps to temperature
 */
dynatemp_exponent?: number
/**
 * tokens to look back for repetition; 0 is off; -1, the context, before b10488
 */
repeat_last_n?: number
/**
 * divides the logits of recent tokens; 1 is off
 */
repeat_penalty?: number
/**
 * taken from the logit of a token that occurred; 0 is off
 */
presence_penalty?: number
/**
 * taken from the logit of a token for each time it occurred; 0 is off
 */
frequency_penalty?: number
/**
 * strength of the DRY penalty for repeated sequences; 0 is off
 */
dry_multiplier?: number
/**
 * base of the DRY penalty
 */
dry_base?: number
/**
 * length of a repetition that is not penalised, in tokens
 */
dry_allowed_length?: number
/**
 * tokens to look back for repeated sequences; 0 is off, -1 the whole context
 */
dry_penalty_last_n?: number
/**
 * Mirostat sampling: 0 off, 1 or 2
 */
mirostat?: number
/**
 * target entropy of Mirostat
 */
mirostat_tau?: number
/**
 * learning rate of Mirostat
 */
mirostat_eta?: number
/**
 * target probability of the adaptive sampler; negative is off
 */
adaptive_target?: number
/**
 * decay of the average that the adaptive sampler keeps
 */
adaptive_decay?: number
/**
 * seed of the sampler; -1 is a random one
 */
seed?: number
/**
 * likeliest tokens to report at each place
 */
n_probs?: number
/**
 * least number of tokens that samplers leave
 */
min_keep?: number
/**
 * let the backend sample
 */
backend_sampling?: boolean
/**
 * probabilities after the samplers, in place of log probabilities before them
 */
post_sampling_probs?: boolean
/**
 * most tokens to draft (before b10068)
 */
"speculative.n_max"?: number
/**
 * least tokens to draft (before b10068)
 */
"speculative.n_min"?: number
/**
 * least probability of a drafted token (before b10068)
 */
"speculative.p_min"?: number
/**
 * LoRA adapters of this request
 */
lora?: {
/**
 * number of the adapter
 */
id: number
/**
 * strength
 */
scale: number
}[]
/**
 * texts that end a repeated sequence
 * 
 * @minItems 1
 */
dry_sequence_breakers?: string[]
/**
 * JSON Schema that the answer must fit; on /completion `grammar` goes before it
 */
json_schema?: {
[k: string]: unknown
}
/**
 * grammar that the answer must fit, in GBNF
 */
grammar?: string
/**
 * who asks for the grammar; the chat route sets it
 */
grammar_type?: "tool_calls"
/**
 * let the grammar wait for a trigger
 */
grammar_lazy?: boolean
/**
 * how the answer is parsed into a message, by number; the chat route sets it
 */
chat_format?: number
/**
 * where thinking is put: `none` leaves it in the text
 */
reasoning_format?: ("none" | "auto" | "deepseek" | "deepseek-legacy")
/**
 * what the template puts behind the messages; the chat route sets it
 */
generation_prompt?: string
/**
 * look for tool calls in the answer; the chat route sets it
 */
parse_tool_calls?: boolean
/**
 * parser of the answer; the chat route sets it
 */
chat_parser?: string
/**
 * the answer goes on with the last message: true, or which part of it (b10068 and up)
 */
continue_final_message?: (boolean | string)
/**
 * parse the last message again with what follows it (b10068 and up)
 */
echo?: boolean
/**
 * special tokens that are shown as text
 */
preserved_tokens?: string[]
/**
 * what starts a lazy grammar; a word that is one token must be among `preserved_tokens`
 */
grammar_triggers?: {
/**
 * 1 a word, 2 a pattern, 3 a pattern of the whole text
 */
type: (1 | 2 | 3)
/**
 * the word or pattern
 */
value: string
}[]
/**
 * let another request end the thinking (b10068 and up)
 */
reasoning_control?: boolean
/**
 * most tokens to think; -1 is without a limit
 */
reasoning_budget_tokens?: number
/**
 * what starts thinking; the chat route sets it
 */
reasoning_budget_start_tag?: string
/**
 * what ends thinking; the chat route sets it
 */
reasoning_budget_end_tag?: string
/**
 * what ends thinking, the first is put in when the budget is spent; the chat route sets it (b10488 and up)
 */
reasoning_budget_end_tags?: string[]
/**
 * what is put before the end of thinking when the budget is spent
 */
reasoning_budget_message?: string
/**
 * what is added to logits: pairs of a token or text and a number or false, or an object from token or text to these
 */
logit_bias?: (unknown[][] | {
[k: string]: number | boolean
})
/**
 * never sample the end of the sequence
 */
ignore_eos?: boolean
/**
 * one or more texts that end the generation; a single text is not read by /completion and /infill before b10068
 */
stop?: (string[] | string)
/**
 * samplers in their order: names, or one letter each in a text
 */
samplers?: (string[] | string)
/**
 * the slot to use; -1 is any
 */
id_slot?: number
/**
 * where messages begin in the prompt; the chat route sets it (b10068 and up)
 */
message_delimiters?: {
/**
 * who speaks
 */
role: string
/**
 * what a message begins with
 */
delimiter: string
}[]
}
/**
 * Text since the event before.
 */
export interface CompletionsChunk {
/**
 * exactly one
 * 
 * @minItems 1
 * @maxItems 1
 */
choices: {
/**
 * the completion; in a stream what no event before had
 */
text: string
/**
 * place of the choice: prompts times `n`
 */
index: number
/**
 * log probabilities, null without `logprobs`
 */
logprobs: ({
/**
 * one entry for each token
 */
content: Probabilities
} | null)
/**
 * not the end
 */
finish_reason: null
}[]
/**
 * Unix time, in seconds
 */
created: number
/**
 * path of the model, or its alias; the name of its file before b10068
 */
model: string
/**
 * build and commit of the server
 */
system_fingerprint: string
/**
 * kind of object
 */
object: "text_completion"
/**
 * `chatcmpl-` and 32 letters or digits, the same for a whole stream
 */
id: string
/**
 * what /completion would answer, with `verbose` or at the highest log level
 */
__verbose?: CompletionChunk
/**
 * what it took so far, with `timings_per_token` or in a progress event
 */
timings?: Timings
/**
 * how far the prompt is, with `return_progress` only
 */
prompt_progress?: Progress
}
/**
 * The end, with the usage.
 */
export interface CompletionsLast {
/**
 * exactly one
 * 
 * @minItems 1
 * @maxItems 1
 */
choices: {
/**
 * text that no event before had
 */
text: string
/**
 * place of the choice
 */
index: number
/**
 * always null
 */
logprobs: null
/**
 * why it ended
 */
finish_reason: ("stop" | "length")
}[]
/**
 * Unix time, in seconds
 */
created: number
/**
 * path of the model, or its alias; the name of its file before b10068
 */
model: string
/**
 * build and commit of the server
 */
system_fingerprint: string
/**
 * kind of object
 */
object: "text_completion"
/**
 * `chatcmpl-` and 32 letters or digits, the same for a whole stream
 */
id: string
/**
 * tokens of prompt and completion
 */
usage: Usage
/**
 * what /completion would answer, with `verbose` or at the highest log level
 */
__verbose?: CompletionLast
/**
 * what it took
 */
timings: Timings
}
/**
 * As /completion; what OpenAI has besides (suffix, best_of) is not read.
 */
export interface CompletionsRequest {
/**
 * not looked at
 */
model?: string
/**
 * text, or token ids, or both mixed; a list of these is a batch
 */
prompt: (string | (string | number | (string | number)[])[])
/**
 * the same as `n_probs`, which goes before it
 */
logprobs?: number
/**
 * answer with `__verbose`; no effect on /completion (b10068 and up)
 */
verbose?: boolean
/**
 * timings in each event of a stream
 */
timings_per_token?: boolean
/**
 * answer as server-sent events; false when absent
 */
stream?: boolean
/**
 * options of the stream
 */
stream_options?: {
/**
 * send the usage at the end of a chat stream
 */
include_usage?: boolean
}
/**
 * use what the cache has of the prompt; true when absent
 */
cache_prompt?: boolean
/**
 * answer with `tokens`
 */
return_tokens?: boolean
/**
 * events with the progress of the prompt, in a stream
 */
return_progress?: boolean
/**
 * seconds of silence after which a stream sends a comment; -1 is never (b10068 and up)
 */
sse_ping_interval?: number
/**
 * most tokens to generate; -1 is without a limit
 */
n_predict?: number
/**
 * the same as `n_predict`, which goes before it
 */
max_completion_tokens?: number
/**
 * the same as `n_predict`, which goes before it, as does `max_completion_tokens`
 */
max_tokens?: number
/**
 * least indentation of a line, in blanks
 */
n_indent?: number
/**
 * tokens of the prompt to keep when the context is full; -1 is all
 */
n_keep?: number
/**
 * tokens to drop when the context is full; 0 is half of them
 */
n_discard?: number
/**
 * completions of each prompt, at most the number of slots
 */
n_cmpl?: number
/**
 * the same as `n_cmpl`, which goes before it
 */
n?: number
/**
 * least number of tokens to be reused by shifting the cache; 0 is off
 */
n_cache_reuse?: number
/**
 * time after which a generation ends at a new line, in milliseconds; -1 is off
 */
t_max_predict_ms?: number
/**
 * sample from the k likeliest tokens; 0 is off
 */
top_k?: number
/**
 * sample from the likeliest tokens with this total probability; 1 is off
 */
top_p?: number
/**
 * least probability, relative to the likeliest token; 0 is off
 */
min_p?: number
/**
 * keep tokens within this many standard deviations of the top logit; negative is off
 */
top_n_sigma?: number
/**
 * chance that the likeliest tokens are taken out; 0 is off
 */
xtc_probability?: number
/**
 * least probability of a token that may be taken out; above 0.5 is off
 */
xtc_threshold?: number
/**
 * locally typical sampling; 1 is off
 */
typical_p?: number
/**
 * divides the logits; 0 is greedy
 */
temperature?: number
/**
 * the temperature moves by this much either way; 0 is off
 */
dynatemp_range?: number
/**
 * how entropy maps to temperature
 */
dynatemp_exponent?: number
/**
 * tokens to look back for repetition; 0 is off; -1, the context, before b10488
 */
repeat_last_n?: number
/**
 * divides the logits of recent tokens; 1 is off
 */
repeat_penalty?: number
/**
 * taken from the logit of a token that occurred; 0 is off
 */
presence_penalty?: number
/**
 * taken from the logit of a token for each time it occurred; 0 is off
 */
frequency_penalty?: number
/**
 * strength of the DRY penalty for repeated sequences; 0 is off
 */
dry_multiplier?: number
/**
 * base of the DRY penalty
 */
dry_base?: number
/**
 * length of a repetition that is not penalised, in tokens
 */
dry_allowed_length?: number
/**
 * tokens to look back for repeated sequences; 0 is off, -1 the whole context
 */
dry_penalty_last_n?: number
/**
 * Mirostat sampling: 0 off, 1 or 2
 */
mirostat?: number
/**
 * target entropy of Mirostat
 */
mirostat_tau?: number
/**
 * learning rate of Mirostat
 */
mirostat_eta?: number
/**
 * target probability of the adaptive sampler; negative is off
 */
adaptive_target?: number
/**
 * decay of the average that the adaptive sampler keeps
 */
adaptive_decay?: number
/**
 * seed of the sampler; -1 is a random one
 */
seed?: number
/**
 * likeliest tokens to report at each place
 */
n_probs?: number
/**
 * least number of tokens that samplers leave
 */
min_keep?: number
/**
 * let the backend sample
 */
backend_sampling?: boolean
/**
 * probabilities after the samplers, in place of log probabilities before them
 */
post_sampling_probs?: boolean
/**
 * most tokens to draft (before b10068)
 */
"speculative.n_max"?: number
/**
 * least tokens to draft (before b10068)
 */
"speculative.n_min"?: number
/**
 * least probability of a drafted token (before b10068)
 */
"speculative.p_min"?: number
/**
 * LoRA adapters of this request
 */
lora?: {
/**
 * number of the adapter
 */
id: number
/**
 * strength
 */
scale: number
}[]
/**
 * texts that end a repeated sequence
 * 
 * @minItems 1
 */
dry_sequence_breakers?: string[]
/**
 * JSON Schema that the answer must fit; on /completion `grammar` goes before it
 */
json_schema?: {
[k: string]: unknown
}
/**
 * grammar that the answer must fit, in GBNF
 */
grammar?: string
/**
 * who asks for the grammar; the chat route sets it
 */
grammar_type?: "tool_calls"
/**
 * let the grammar wait for a trigger
 */
grammar_lazy?: boolean
/**
 * how the answer is parsed into a message, by number; the chat route sets it
 */
chat_format?: number
/**
 * where thinking is put: `none` leaves it in the text
 */
reasoning_format?: ("none" | "auto" | "deepseek" | "deepseek-legacy")
/**
 * what the template puts behind the messages; the chat route sets it
 */
generation_prompt?: string
/**
 * look for tool calls in the answer; the chat route sets it
 */
parse_tool_calls?: boolean
/**
 * parser of the answer; the chat route sets it
 */
chat_parser?: string
/**
 * the answer goes on with the last message: true, or which part of it (b10068 and up)
 */
continue_final_message?: (boolean | string)
/**
 * parse the last message again with what follows it (b10068 and up)
 */
echo?: boolean
/**
 * special tokens that are shown as text
 */
preserved_tokens?: string[]
/**
 * what starts a lazy grammar; a word that is one token must be among `preserved_tokens`
 */
grammar_triggers?: {
/**
 * 1 a word, 2 a pattern, 3 a pattern of the whole text
 */
type: (1 | 2 | 3)
/**
 * the word or pattern
 */
value: string
}[]
/**
 * let another request end the thinking (b10068 and up)
 */
reasoning_control?: boolean
/**
 * most tokens to think; -1 is without a limit
 */
reasoning_budget_tokens?: number
/**
 * what starts thinking; the chat route sets it
 */
reasoning_budget_start_tag?: string
/**
 * what ends thinking; the chat route sets it
 */
reasoning_budget_end_tag?: string
/**
 * what ends thinking, the first is put in when the budget is spent; the chat route sets it (b10488 and up)
 */
reasoning_budget_end_tags?: string[]
/**
 * what is put before the end of thinking when the budget is spent
 */
reasoning_budget_message?: string
/**
 * what is added to logits: pairs of a token or text and a number or false, or an object from token or text to these
 */
logit_bias?: (unknown[][] | {
[k: string]: number | boolean
})
/**
 * never sample the end of the sequence
 */
ignore_eos?: boolean
/**
 * one or more texts that end the generation; a single text is not read by /completion and /infill before b10068
 */
stop?: (string[] | string)
/**
 * samplers in their order: names, or one letter each in a text
 */
samplers?: (string[] | string)
/**
 * the slot to use; -1 is any
 */
id_slot?: number
/**
 * where messages begin in the prompt; the chat route sets it (b10068 and up)
 */
message_delimiters?: {
/**
 * who speaks
 */
role: string
/**
 * what a message begins with
 */
delimiter: string
}[]
}
/**
 * One choice for each prompt and completion.
 */
export interface CompletionsResponse {
/**
 * the completions
 * 
 * @minItems 1
 */
choices: {
/**
 * the completion; in a stream what no event before had
 */
text: string
/**
 * place of the choice: prompts times `n`
 */
index: number
/**
 * log probabilities, null without `logprobs`
 */
logprobs: ({
/**
 * one entry for each token
 */
content: Probabilities
} | null)
/**
 * why it ended
 */
finish_reason: ("stop" | "length")
}[]
/**
 * Unix time, in seconds
 */
created: number
/**
 * path of the model, or its alias; the name of its file before b10068
 */
model: string
/**
 * build and commit of the server
 */
system_fingerprint: string
/**
 * kind of object
 */
object: "text_completion"
/**
 * `chatcmpl-` and 32 letters or digits, the same for a whole stream
 */
id: string
/**
 * tokens of the first prompt and its completion
 */
usage: Usage
/**
 * what /completion would answer, with `verbose` or at the highest log level
 */
__verbose?: CompletionResponse
/**
 * what it took
 */
timings: Timings
}
/**
 * Token ids to be put together.
 */
export interface DetokenizeRequest {
/**
 * token ids
 */
tokens?: number[]
}
/**
 * Text.
 */
export interface DetokenizeResponse {
/**
 * the text, with that of special tokens
 */
content: string
}
/**
 * A vector for each text.
 */
export interface EmbeddingOpenai {
/**
 * as in the request, else the path of the model (the name of its file before b10068)
 */
model: string
/**
 * kind of object
 */
object: "list"
/**
 * tokens of the texts
 */
usage: {
/**
 * tokens of all texts
 */
prompt_tokens: number
/**
 * the same
 */
total_tokens: number
}
/**
 * the vectors
 * 
 * @minItems 1
 */
data: {
/**
 * the vector, or its numbers of 32 bits in base64
 * 
 * @minItems 1
 */
embedding: (number[] | string)
/**
 * place of the text
 */
index: number
/**
 * kind of object
 */
object: "embedding"
/**
 * with base64 only
 */
encoding_format?: "base64"
}[]
}
/**
 * Texts to be embedded.
 */
export interface EmbeddingRequest {
/**
 * as the prompt of /completion
 */
input?: (string | (string | number | (string | number)[])[])
/**
 * read when `input` is absent; the answer then has the form of /embedding
 */
content?: (string | (string | number)[])
/**
 * `base64` is read by /v1/embeddings only
 */
encoding_format?: ("float" | "base64")
/**
 * norm of the vectors: -1 none, 0 greatest component, 1 sum, 2 Euclidean, p above; 2 when absent
 */
embd_normalize?: number
/**
 * given back by /v1/embeddings; nothing is chosen by it
 */
model?: string
}
/**
 * The model is loaded.
 */
export interface HealthResponse {
/**
 * how it is
 */
status: "ok"
}
/**
 * Code to be filled in between two parts.
 */
export interface InfillRequest {
/**
 * what stands before the gap
 */
input_prefix: string
/**
 * what stands after the gap
 */
input_suffix: string
/**
 * put behind the prefix
 */
prompt?: string
/**
 * other files, put in front when the context has room for them
 */
input_extra?: {
/**
 * name of the file
 */
filename?: string
/**
 * its text
 */
text: string
}[]
/**
 * the fields to answer with; one of an object is named with a slash
 */
response_fields?: string[]
/**
 * the same as `n_probs`, which goes before it
 */
logprobs?: number
/**
 * answer with `__verbose`; no effect on /completion (b10068 and up)
 */
verbose?: boolean
/**
 * timings in each event of a stream
 */
timings_per_token?: boolean
/**
 * answer as server-sent events; false when absent
 */
stream?: boolean
/**
 * options of the stream
 */
stream_options?: {
/**
 * send the usage at the end of a chat stream
 */
include_usage?: boolean
}
/**
 * use what the cache has of the prompt; true when absent
 */
cache_prompt?: boolean
/**
 * answer with `tokens`
 */
return_tokens?: boolean
/**
 * events with the progress of the prompt, in a stream
 */
return_progress?: boolean
/**
 * seconds of silence after which a stream sends a comment; -1 is never (b10068 and up)
 */
sse_ping_interval?: number
/**
 * most tokens to generate; -1 is without a limit
 */
n_predict?: number
/**
 * the same as `n_predict`, which goes before it
 */
max_completion_tokens?: number
/**
 * the same as `n_predict`, which goes before it, as does `max_completion_tokens`
 */
max_tokens?: number
/**
 * least indentation of a line, in blanks
 */
n_indent?: number
/**
 * tokens of the prompt to keep when the context is full; -1 is all
 */
n_keep?: number
/**
 * tokens to drop when the context is full; 0 is half of them
 */
n_discard?: number
/**
 * completions of each prompt, at most the number of slots
 */
n_cmpl?: number
/**
 * the same as `n_cmpl`, which goes before it
 */
n?: number
/**
 * least number of tokens to be reused by shifting the cache; 0 is off
 */
n_cache_reuse?: number
/**
 * time after which a generation ends at a new line, in milliseconds; -1 is off
 */
t_max_predict_ms?: number
/**
 * sample from the k likeliest tokens; 0 is off
 */
top_k?: number
/**
 * sample from the likeliest tokens with this total probability; 1 is off
 */
top_p?: number
/**
 * least probability, relative to the likeliest token; 0 is off
 */
min_p?: number
/**
 * keep tokens within this many standard deviations of the top logit; negative is off
 */
top_n_sigma?: number
/**
 * chance that the likeliest tokens are taken out; 0 is off
 */
xtc_probability?: number
/**
 * least probability of a token that may be taken out; above 0.5 is off
 */
xtc_threshold?: number
/**
 * locally typical sampling; 1 is off
 */
typical_p?: number
/**
 * divides the logits; 0 is greedy
 */
temperature?: number
/**
 * the temperature moves by this much either way; 0 is off
 */
dynatemp_range?: number
/**
 * how entropy maps to temperature
 */
dynatemp_exponent?: number
/**
 * tokens to look back for repetition; 0 is off; -1, the context, before b10488
 */
repeat_last_n?: number
/**
 * divides the logits of recent tokens; 1 is off
 */
repeat_penalty?: number
/**
 * taken from the logit of a token that occurred; 0 is off
 */
presence_penalty?: number
/**
 * taken from the logit of a token for each time it occurred; 0 is off
 */
frequency_penalty?: number
/**
 * strength of the DRY penalty for repeated sequences; 0 is off
 */
dry_multiplier?: number
/**
 * base of the DRY penalty
 */
dry_base?: number
/**
 * length of a repetition that is not penalised, in tokens
 */
dry_allowed_length?: number
/**
 * tokens to look back for repeated sequences; 0 is off, -1 the whole context
 */
dry_penalty_last_n?: number
/**
 * Mirostat sampling: 0 off, 1 or 2
 */
mirostat?: number
/**
 * target entropy of Mirostat
 */
mirostat_tau?: number
/**
 * learning rate of Mirostat
 */
mirostat_eta?: number
/**
 * target probability of the adaptive sampler; negative is off
 */
adaptive_target?: number
/**
 * decay of the average that the adaptive sampler keeps
 */
adaptive_decay?: number
/**
 * seed of the sampler; -1 is a random one
 */
seed?: number
/**
 * likeliest tokens to report at each place
 */
n_probs?: number
/**
 * least number of tokens that samplers leave
 */
min_keep?: number
/**
 * let the backend sample
 */
backend_sampling?: boolean
/**
 * probabilities after the samplers, in place of log probabilities before them
 */
post_sampling_probs?: boolean
/**
 * most tokens to draft (before b10068)
 */
"speculative.n_max"?: number
/**
 * least tokens to draft (before b10068)
 */
"speculative.n_min"?: number
/**
 * least probability of a drafted token (before b10068)
 */
"speculative.p_min"?: number
/**
 * LoRA adapters of this request
 */
lora?: {
/**
 * number of the adapter
 */
id: number
/**
 * strength
 */
scale: number
}[]
/**
 * texts that end a repeated sequence
 * 
 * @minItems 1
 */
dry_sequence_breakers?: string[]
/**
 * JSON Schema that the answer must fit; on /completion `grammar` goes before it
 */
json_schema?: {
[k: string]: unknown
}
/**
 * grammar that the answer must fit, in GBNF
 */
grammar?: string
/**
 * who asks for the grammar; the chat route sets it
 */
grammar_type?: "tool_calls"
/**
 * let the grammar wait for a trigger
 */
grammar_lazy?: boolean
/**
 * how the answer is parsed into a message, by number; the chat route sets it
 */
chat_format?: number
/**
 * where thinking is put: `none` leaves it in the text
 */
reasoning_format?: ("none" | "auto" | "deepseek" | "deepseek-legacy")
/**
 * what the template puts behind the messages; the chat route sets it
 */
generation_prompt?: string
/**
 * look for tool calls in the answer; the chat route sets it
 */
parse_tool_calls?: boolean
/**
 * parser of the answer; the chat route sets it
 */
chat_parser?: string
/**
 * the answer goes on with the last message: true, or which part of it (b10068 and up)
 */
continue_final_message?: (boolean | string)
/**
 * parse the last message again with what follows it (b10068 and up)
 */
echo?: boolean
/**
 * special tokens that are shown as text
 */
preserved_tokens?: string[]
/**
 * what starts a lazy grammar; a word that is one token must be among `preserved_tokens`
 */
grammar_triggers?: {
/**
 * 1 a word, 2 a pattern, 3 a pattern of the whole text
 */
type: (1 | 2 | 3)
/**
 * the word or pattern
 */
value: string
}[]
/**
 * let another request end the thinking (b10068 and up)
 */
reasoning_control?: boolean
/**
 * most tokens to think; -1 is without a limit
 */
reasoning_budget_tokens?: number
/**
 * what starts thinking; the chat route sets it
 */
reasoning_budget_start_tag?: string
/**
 * what ends thinking; the chat route sets it
 */
reasoning_budget_end_tag?: string
/**
 * what ends thinking, the first is put in when the budget is spent; the chat route sets it (b10488 and up)
 */
reasoning_budget_end_tags?: string[]
/**
 * what is put before the end of thinking when the budget is spent
 */
reasoning_budget_message?: string
/**
 * what is added to logits: pairs of a token or text and a number or false, or an object from token or text to these
 */
logit_bias?: (unknown[][] | {
[k: string]: number | boolean
})
/**
 * never sample the end of the sequence
 */
ignore_eos?: boolean
/**
 * one or more texts that end the generation; a single text is not read by /completion and /infill before b10068
 */
stop?: (string[] | string)
/**
 * samplers in their order: names, or one letter each in a text
 */
samplers?: (string[] | string)
/**
 * the slot to use; -1 is any
 */
id_slot?: number
/**
 * where messages begin in the prompt; the chat route sets it (b10068 and up)
 */
message_delimiters?: {
/**
 * who speaks
 */
role: string
/**
 * what a message begins with
 */
delimiter: string
}[]
}
/**
 * The one model, in the form of Ollama and in that of OpenAI.
 */
export interface ModelsResponse {
/**
 * as Ollama lists models
 * 
 * @minItems 1
 * @maxItems 1
 */
models: {
/**
 * name of the model
 */
name: string
/**
 * the same
 */
model: string
/**
 * always empty
 */
modified_at: ""
/**
 * always empty
 */
size: ""
/**
 * always empty
 */
digest: ""
/**
 * kind of object
 */
type: "model"
/**
 * always empty
 */
description: ""
/**
 * one empty text
 */
tags: ("")[]
/**
 * what it can do
 */
capabilities: ("completion" | "multimodal")[]
/**
 * always empty
 */
parameters: ""
/**
 * kind of the model
 */
details: {
/**
 * always empty
 */
parent_model: ""
/**
 * format of the file
 */
format: "gguf"
/**
 * always empty
 */
family: ""
/**
 * one empty text
 */
families: ("")[]
/**
 * always empty
 */
parameter_size: ""
/**
 * always empty
 */
quantization_level: ""
}
}[]
/**
 * kind of object
 */
object: "list"
/**
 * as OpenAI lists models
 * 
 * @minItems 1
 * @maxItems 1
 */
data: {
/**
 * name of the model
 */
id: string
/**
 * its names; none before b10068 unless `--alias` gives one
 */
aliases: string[]
/**
 * as `--tags` gives them
 */
tags: string[]
/**
 * kind of object
 */
object: "model"
/**
 * what it reads and gives (b11434 and up)
 */
architecture: {
/**
 * what it reads
 */
input_modalities: ("text" | "image" | "audio" | "video")[]
/**
 * what it gives
 */
output_modalities: ("text" | "decisions")[]
}
/**
 * time of the answer, Unix seconds
 */
created: number
/**
 * who owns it
 */
owned_by: "llamacpp"
/**
 * figures of the file
 */
meta: {
/**
 * kind of tokenizer
 */
vocab_type: number
/**
 * number of tokens
 */
n_vocab: number
/**
 * context of a slot, in tokens
 */
n_ctx: number
/**
 * context it was trained for, in tokens
 */
n_ctx_train: number
/**
 * length of a vector
 */
n_embd: number
/**
 * number of weights
 */
n_params: number
/**
 * size of the weights, in bytes
 */
size: number
/**
 * type of the weights (b10068 and up)
 */
ftype: string
}
}[]
}
/**
 * Nothing can be changed yet.
 */
export interface PropsChanged {
/**
 * always true
 */
success: true
}
/**
 * Properties of the server.
 */
export interface PropsResponse {
/**
 * what a request is given that says nothing else
 */
default_generation_settings: {
/**
 * the settings
 */
params: Parameters
/**
 * context of a slot, in tokens
 */
n_ctx: number
}
/**
 * number of slots
 */
total_slots: number
/**
 * name of the model in answers
 */
model_alias: string
/**
 * type of the weights (b10068 and up)
 */
model_ftype: string
/**
 * file of the model
 */
model_path: string
/**
 * what may be in a message besides text
 */
modalities: {
/**
 * images
 */
vision: boolean
/**
 * videos (b10068 and up)
 */
video: boolean
/**
 * sounds
 */
audio: boolean
}
/**
 * what stands for an image in a prompt; another at each start
 */
media_marker: string
/**
 * whether GET /slots is on
 */
endpoint_slots: boolean
/**
 * whether POST /props is on
 */
endpoint_props: boolean
/**
 * whether GET /metrics is on
 */
endpoint_metrics: boolean
/**
 * whether the page is on (before b10068)
 */
webui: boolean
/**
 * settings of the page (before b10068)
 */
webui_settings: {
[k: string]: unknown
}
/**
 * whether the page is on (b10068 and up)
 */
ui: boolean
/**
 * settings of the page (b10068 and up)
 */
ui_settings: {
[k: string]: unknown
}
/**
 * template of messages, in Jinja
 */
chat_template: string
/**
 * template of messages with tools
 */
chat_template_tool_use?: string
/**
 * what the template takes
 */
chat_template_caps: {
/**
 * arguments of calls as objects
 */
supports_object_arguments: boolean
/**
 * several calls in one message
 */
supports_parallel_tool_calls: boolean
/**
 * thinking of earlier messages
 */
supports_preserve_reasoning: boolean
/**
 * an effort of thinking (b10488 and up)
 */
supports_reasoning_effort: boolean
/**
 * content as a text
 */
supports_string_content: boolean
/**
 * system messages
 */
supports_system_role: boolean
/**
 * calls of tools
 */
supports_tool_calls: boolean
/**
 * tools
 */
supports_tools: boolean
/**
 * content as a list of parts
 */
supports_typed_content: boolean
}
/**
 * text of the beginning of the sequence
 */
bos_token: string
/**
 * text of the end of the sequence
 */
eos_token: string
/**
 * build and commit; a packager may have left them out, as in `b1-571d0d5`
 */
build_info: string
/**
 * whether the model was unloaded for lack of requests
 */
is_sleeping: boolean
/**
 * whether GET /cors-proxy is on (b10068 and up)
 */
cors_proxy_enabled: boolean
}
/**
 * Text to be taken apart.
 */
export interface TokenizeRequest {
/**
 * text, or a list of texts and token ids
 */
content?: (string | (string | number)[])
/**
 * put the beginning of the sequence in front, where the model wants it
 */
add_special?: boolean
/**
 * read the text of a special token as that token; true when absent
 */
parse_special?: boolean
/**
 * answer with the text of each token
 */
with_pieces?: boolean
}
/**
 * Token ids, or with `with_pieces` tokens with their text.
 */
export interface TokenizeResponse {
/**
 * the tokens
 */
tokens: (number | {
/**
 * token id
 */
id: number
/**
 * its text, or its bytes where they are not UTF-8
 */
piece: (string | number[])
})[]
}

/** What each route takes, and gives as JSON or as the records of a stream, errors included. */
export type Route =
  | {
      method: 'GET'
      path: `/health`
      request: undefined
      json: Error | HealthResponse
      record: never
    }
  | {
      method: 'GET'
      path: `/v1/health`
      request: undefined
      json: Error | HealthResponse
      record: never
    }
  | {
      method: 'GET'
      path: `/props`
      request: undefined
      json: Error | PropsResponse
      record: never
    }
  | {
      method: 'POST'
      path: `/props`
      request: undefined
      json: Error | PropsChanged
      record: never
    }
  | {
      method: 'GET'
      path: `/slots`
      request: undefined
      json: Error | SlotsResponse
      record: never
    }
  | {
      method: 'GET'
      path: `/models`
      request: undefined
      json: Error | ModelsResponse
      record: never
    }
  | {
      method: 'GET'
      path: `/v1/models`
      request: undefined
      json: Error | ModelsResponse
      record: never
    }
  | {
      method: 'POST'
      path: `/completion`
      request: CompletionRequest
      json: Error | CompletionFields | CompletionResponse | CompletionBatch
      record: Error | CompletionLast | CompletionChunk
    }
  | {
      method: 'POST'
      path: `/completions`
      request: CompletionRequest
      json: Error | CompletionFields | CompletionResponse | CompletionBatch
      record: Error | CompletionLast | CompletionChunk
    }
  | {
      method: 'POST'
      path: `/infill`
      request: InfillRequest
      json: Error | CompletionFields | CompletionResponse | CompletionBatch
      record: Error | CompletionLast | CompletionChunk
    }
  | {
      method: 'POST'
      path: `/tokenize`
      request: TokenizeRequest
      json: Error | TokenizeResponse
      record: never
    }
  | {
      method: 'POST'
      path: `/detokenize`
      request: DetokenizeRequest
      json: Error | DetokenizeResponse
      record: never
    }
  | {
      method: 'POST'
      path: `/apply-template`
      request: ApplyTemplateRequest
      json: Error | ApplyTemplateResponse
      record: never
    }
  | {
      method: 'POST'
      path: `/embedding`
      request: EmbeddingRequest
      json: Error | EmbeddingResponse
      record: never
    }
  | {
      method: 'POST'
      path: `/embeddings`
      request: EmbeddingRequest
      json: Error | EmbeddingResponse
      record: never
    }
  | {
      method: 'POST'
      path: `/v1/embeddings`
      request: EmbeddingRequest
      json: Error | EmbeddingOpenai | EmbeddingResponse
      record: never
    }
  | {
      method: 'POST'
      path: `/v1/completions`
      request: CompletionsRequest
      json: Error | CompletionsResponse
      record: Done | Error | CompletionsLast | CompletionsChunk
    }
  | {
      method: 'POST'
      path: `/v1/chat/completions`
      request: ChatRequest
      json: Error | ChatResponse
      record: Done | Error | ChatUsage | ChatChunk
    }
  | {
      method: 'POST'
      path: `/chat/completions`
      request: ChatRequest
      json: Error | ChatResponse
      record: Done | Error | ChatUsage | ChatChunk
    }
