/* Made from the schemas by `npm run generate`. Every version is in one type: a comment says since when. */

/**
 * Options for one request, or parameters of a model.
 */
export type Options = ({
/**
 * most tokens to generate; negative is without a limit of its own
 */
num_predict?: (number | null)
/**
 * tokens of the prompt to keep when the context is full; -1 is all
 */
num_keep?: (number | null)
/**
 * seed of the sampler; -1 is a random one
 */
seed?: (number | null)
/**
 * sample from the k likeliest tokens
 */
top_k?: (number | null)
/**
 * tokens to look back for repetition; 0 is off, -1 is num_ctx up to 0.24.0
 */
repeat_last_n?: (number | null)
/**
 * divides the logits; 0 is greedy
 */
temperature?: (number | null)
/**
 * sample from the likeliest tokens with this total probability
 */
top_p?: (number | null)
/**
 * least probability, relative to the likeliest token
 */
min_p?: (number | null)
/**
 * locally typical sampling; 1 is off
 */
typical_p?: (number | null)
/**
 * divides the logits of recent tokens; 1 is off
 */
repeat_penalty?: (number | null)
/**
 * taken from the logit of a token that occurred
 */
presence_penalty?: (number | null)
/**
 * taken from the logit of a token for each time it occurred
 */
frequency_penalty?: (number | null)
/**
 * texts that end the generation
 */
stop?: (string[] | null)
/**
 * size of the context, in tokens; a change reloads the model
 */
num_ctx?: (number | null)
/**
 * tokens of a prompt evaluated at a time; a change reloads the model
 */
num_batch?: (number | null)
/**
 * layers on the GPU; -1 is automatic; a change reloads the model
 */
num_gpu?: (number | null)
/**
 * index of the GPU for what is not split; a change reloads the model
 */
main_gpu?: (number | null)
/**
 * threads; 0 is automatic; a change reloads the model
 */
num_thread?: (number | null)
/**
 * map the weights into memory; a change reloads the model
 */
use_mmap?: (boolean | null)
/**
 * tokens drafted at a time; a change reloads the model (0.30.0 and up)
 */
draft_num_predict?: (number | null)
/**
 * Mirostat sampling: 0 off, 1 or 2 (before 0.7.0)
 */
mirostat?: (number | null)
/**
 * target entropy of Mirostat (before 0.7.0)
 */
mirostat_tau?: (number | null)
/**
 * learning rate of Mirostat (before 0.7.0)
 */
mirostat_eta?: (number | null)
/**
 * lock the weights in memory; a change reloads the model (before 0.7.0)
 */
use_mlock?: (boolean | null)
/**
 * without effect (before 0.7.0)
 */
low_vram?: (boolean | null)
/**
 * without effect (before 0.7.0)
 */
f16_kv?: (boolean | null)
/**
 * without effect (before 0.7.0)
 */
logits_all?: (boolean | null)
/**
 * without effect (before 0.7.0)
 */
vocab_only?: (boolean | null)
} | null)
/**
 * The last record, with all of the text, thoughts and tool calls.
 */
export type ChatResponse = ChatLast
/**
 * The data of the last event.
 */
export type Done = "[DONE]"
/**
 * The path has routes, for other methods.
 */
export type ElsewhereMethodNotAllowed = "405 method not allowed"
/**
 * The path has a slash too many.
 */
export type ElsewhereMoved = string
/**
 * No route has this path.
 */
export type ElsewhereNotFound = "404 page not found"
/**
 * The last record, with all of the text.
 */
export type GenerateResponse = GenerateLast
/**
 * Null, in place of an account.
 */
export type MeNobody = null
/**
 * What the model said, without spaces around.
 */
export type OpenaiAudioText = string
/**
 * Says that the server runs.
 */
export type RootResponse = "Ollama is running"
/**
 * Null: the server is signed out.
 */
export type SignoutResponse = null
/**
 * The layer of the conversation that is put in front of every request.
 * 
 * @minItems 1
 * 
 * Items: One turn of a conversation.
 */
export type StoredModelMessages = {
/**
 * who speaks; letter case is ignored
 */
role: ("system" | "user" | "assistant" | "tool")
/**
 * the text
 */
content: (string | null)
/**
 * what an assistant thought before the text (0.9.0 and up)
 */
thinking?: (string | null)
/**
 * images in base64
 */
images?: (string[] | null)
/**
 * calls the assistant made
 */
tool_calls?: ({
/**
 * identifier of the call (0.12.10 and up)
 */
id?: (string | null)
/**
 * what was called
 */
function: {
/**
 * place among the calls, from 0
 */
index?: (number | null)
/**
 * name of the tool
 */
name: string
/**
 * arguments by name
 */
arguments: {
[k: string]: unknown
}
}
}[] | null)
/**
 * name of the tool whose result this is (0.9.6 and up)
 */
tool_name?: (string | null)
/**
 * identifier of the call whose result this is (0.12.10 and up)
 */
tool_call_id?: (string | null)
}[]
/**
 * The layer of a template, a system message or a license.
 */
export type StoredModelText = string

/**
 * A name that stands for another.
 */
export interface AliasesAlias {
/**
 * name that stands for another, or what names begin with
 */
alias: string
/**
 * model that is meant
 */
target: string
/**
 * every name that begins with `alias` is meant, left out when false
 */
prefix_matching?: true
}
/**
 * Names the alias.
 */
export interface AliasesDeleteRequest {
/**
 * the alias
 */
alias: string
}
/**
 * It is gone.
 */
export interface AliasesDeleted {
/**
 * it is gone
 */
deleted: true
}
/**
 * The aliases.
 */
export interface AliasesList {
/**
 * whole names first, then what names begin with
 */
aliases: AliasesAlias[]
}
/**
 * Sets an alias.
 */
export interface AliasesRequest {
/**
 * name that stands for another, or what names begin with
 */
alias: string
/**
 * model that is meant
 */
target: string
/**
 * every name that begins with `alias` is meant; false when absent
 */
prefix_matching?: boolean
}
/**
 * Also the whole answer, without `stream`, of a generation that the repetition guard cut off.
 */
export interface ChatChunk {
/**
 * name of the model as sent
 */
model: string
/**
 * when the record was made
 */
created_at: string
/**
 * name of the model on the remote server; remote models only (0.12.0 and up)
 */
remote_model?: string
/**
 * URL of the remote server; remote models only (0.12.0 and up)
 */
remote_host?: string
message: ChatMessage
/**
 * this is not the end
 */
done: false
/**
 * log probabilities of the tokens of this record, when asked for (0.12.11 and up)
 * 
 * @minItems 1
 */
logprobs?: Logprob[]
}
/**
 * What the model says, or a part of it.
 */
export interface ChatMessage {
/**
 * who speaks
 */
role: "assistant"
/**
 * text generated since the record before; all of it when not streamed
 */
content: string
/**
 * thoughts since the record before, left out when empty (0.9.0 and up)
 */
thinking?: string
/**
 * calls that the model asks for
 * 
 * @minItems 1
 */
tool_calls?: ToolCall[]
}
/**
 * A call that the model asks for.
 */
export interface ToolCall {
/**
 * identifier, `call_` and 8 letters or digits (0.12.10 and up)
 */
id?: string
/**
 * what to call
 */
function: {
/**
 * place among the calls, from 0; left out when 0 before 0.12.6
 */
index?: number
/**
 * name of the tool; empty when a tool without a name was called
 */
name: string
/**
 * arguments by name
 */
arguments: {
[k: string]: unknown
}
}
}
/**
 * One token with its log probability.
 */
export interface Logprob {
/**
 * text of the token; bytes that are no UTF-8 are replaced, see bytes
 */
token: string
/**
 * natural logarithm of the probability
 */
logprob: number
/**
 * the bytes of `token`, left out when it is empty
 * 
 * @minItems 1
 */
bytes?: number[]
/**
 * the likeliest tokens at this place, as many as `top_logprobs` of the request
 * 
 * @minItems 1
 * @maxItems 20
 */
top_logprobs?: {
/**
 * text of the token; bytes that are no UTF-8 are replaced, see bytes
 */
token: string
/**
 * natural logarithm of the probability
 */
logprob: number
/**
 * the bytes of `token`, left out when it is empty
 * 
 * @minItems 1
 */
bytes?: number[]
}[]
}
/**
 * The rendered template, in place of an answer. (0.11.5 and up)
 */
export interface ChatDebug {
/**
 * name of the model as sent
 */
model: string
/**
 * when the record was made
 */
created_at: string
/**
 * an empty message (0.12.0 and up)
 */
message: {
/**
 * nobody speaks
 */
role: ""
/**
 * no text
 */
content: ""
}
/**
 * nothing was generated (0.12.0 and up)
 */
done: false
/**
 * what would have been sent to the runner
 */
_debug_info: {
/**
 * the prompt after the template
 */
rendered_template: string
/**
 * number of images, left out when zero
 */
image_count?: number
}
}
/**
 * The end of the stream, with its counts and durations, unless nothing was asked of the model.
 */
export interface ChatLast {
/**
 * name of the model as sent
 */
model: string
/**
 * when the record was made
 */
created_at: string
/**
 * name of the model on the remote server; remote models only (0.12.0 and up)
 */
remote_model?: string
/**
 * URL of the remote server; remote models only (0.12.0 and up)
 */
remote_host?: string
message: ChatMessage
/**
 * this is the end
 */
done: true
/**
 * why it ended: end of sequence or a stop text, or the limit of tokens
 */
done_reason: ("stop" | "length")
/**
 * log probabilities of the tokens of this record, when asked for (0.12.11 and up)
 * 
 * @minItems 1
 */
logprobs?: Logprob[]
/**
 * time from the arrival of the request to this record, in nanoseconds (server/routes.go)
 */
total_duration: number
/**
 * time until the model was ready, in nanoseconds; small when it was loaded already (server/routes.go)
 */
load_duration: number
/**
 * tokens of the prompt, with the beginning-of-sequence token where the tokenizer adds one
 */
prompt_eval_count?: number
/**
 * time for the prompt, in nanoseconds; whole milliseconds before 0.6.2, so left out when it was quick
 */
prompt_eval_duration?: number
/**
 * tokens generated, with the end-of-sequence token
 */
eval_count?: number
/**
 * time for the generation after its first token, in nanoseconds; so left out before 0.30.0 when there was only one
 */
eval_duration?: number
/**
 * most memory used, in bytes; MLX models only (0.17.5 until 0.17.6)
 */
peak_memory?: number
}
/**
 * The model was loaded, or unloaded with keep_alive 0.
 */
export interface ChatLoaded {
/**
 * name of the model as sent
 */
model: string
/**
 * when the record was made
 */
created_at: string
/**
 * an empty message
 */
message: {
/**
 * who would speak
 */
role: "assistant"
/**
 * no text
 */
content: ""
}
/**
 * this is the end
 */
done: true
/**
 * what was done
 */
done_reason: ("load" | "unload")
}
/**
 * Asks for the next message of a conversation.
 */
export interface ChatRequest {
/**
 * name of the model
 */
model: string
/**
 * the conversation so far; an empty one loads or unloads the model
 */
messages?: (Message[] | null)
/**
 * what the model may call; needs the capability tools unless empty
 */
tools?: (Tool[] | null)
/**
 * answer as a stream of records; true when absent
 */
stream?: (boolean | null)
/**
 * constraint on the output: `"json"` or a JSON Schema; null and `""` are none
 */
format?: (null | ("" | "json") | {
[k: string]: unknown
})
/**
 * how long the model stays loaded after the request: seconds as a number, or a Go duration as a text, in which "-1" is refused for want of a unit; negative is for ever, 0 unloads at once; null is the default
 */
keep_alive?: ((number | null) | string)
/**
 * options for this request, over those of the model
 */
options?: Options
/**
 * whether the model thinks first: a boolean, or how much (0.9.0 and up)
 */
think?: (true | false | "low" | "medium" | "high" | "max")
/**
 * drop the oldest messages of a conversation that is longer than the context; true when absent (0.12.6 and up)
 */
truncate?: (boolean | null)
/**
 * drop the oldest tokens when the context is full; true when absent (0.12.6 and up)
 */
shift?: (boolean | null)
/**
 * answer with the rendered template and do not generate (0.11.5 and up)
 */
_debug_render_only?: (boolean | null)
/**
 * answer with the log probability of each token (0.12.11 and up)
 */
logprobs?: (boolean | null)
/**
 * how many of the likeliest tokens to add at each place; needs logprobs (0.12.11 and up)
 */
top_logprobs?: (number | null)
}
/**
 * One turn of a conversation.
 */
export interface Message {
/**
 * who speaks; letter case is ignored
 */
role: ("system" | "user" | "assistant" | "tool")
/**
 * the text
 */
content?: (string | null)
/**
 * what an assistant thought before the text (0.9.0 and up)
 */
thinking?: (string | null)
/**
 * images in base64
 */
images?: (string[] | null)
/**
 * calls the assistant made
 */
tool_calls?: ({
/**
 * identifier of the call (0.12.10 and up)
 */
id?: (string | null)
/**
 * what was called
 */
function: {
/**
 * place among the calls, from 0
 */
index?: (number | null)
/**
 * name of the tool
 */
name: string
/**
 * arguments by name
 */
arguments: {
[k: string]: unknown
}
}
}[] | null)
/**
 * name of the tool whose result this is (0.9.6 and up)
 */
tool_name?: (string | null)
/**
 * identifier of the call whose result this is (0.12.10 and up)
 */
tool_call_id?: (string | null)
}
/**
 * A function that the model may call. What else a JSON Schema may say is dropped before the template sees it.
 */
export interface Tool {
/**
 * kind of tool; not checked by the server
 */
type: "function"
/**
 * any value, passed to the template (0.6.6 and up)
 */
items?: {
[k: string]: unknown
}
/**
 * what may be called
 */
function: {
/**
 * name of the function
 */
name: string
/**
 * what it does, for the model
 */
description?: (string | null)
/**
 * its arguments, as a part of JSON Schema
 */
parameters?: ({
/**
 * type of the arguments together, `object`
 */
type?: (string | null)
/**
 * schemas to refer to, passed to the template (0.6.6 and up)
 */
$defs?: {
[k: string]: unknown
}
/**
 * any value, passed to the template (0.6.6 and up)
 */
items?: {
[k: string]: unknown
}
/**
 * names of the arguments that must be given
 */
required?: (string[] | null)
/**
 * each argument by its name
 */
properties?: ({
/**
 * one argument
 */
[k: string]: {
/**
 * alternatives, each as an argument (0.11.3 and up)
 */
anyOf?: ({
[k: string]: unknown
}[] | null)
/**
 * JSON type; a list of them since 0.6.6
 */
type?: (string | string[])
/**
 * schema of the elements, passed to the template (0.6.6 and up)
 */
items?: {
[k: string]: unknown
}
/**
 * what it is for, for the model
 */
description?: (string | null)
/**
 * values to choose from; only strings before 0.6.6
 */
enum?: (unknown[] | null)
/**
 * what an object has, each as an argument (0.13.5 and up)
 */
properties?: ({
[k: string]: unknown
} | null)
/**
 * names that an object must have (0.20.0 and up)
 */
required?: (string[] | null)
}
} | null)
} | null)
}
}
/**
 * The server is not signed in to the remote host.
 */
export interface AuthorizationError {
/**
 * what went wrong
 */
error: string
/**
 * page to sign in at
 */
signin_url?: string
/**
 * public key of this server, to be added to an account (0.12.0 until 0.12.1)
 */
public_key?: string
}
/**
 * A record in the place of the last one, after the status was sent.
 */
export interface ErrorRecord {
/**
 * what went wrong
 */
error: string
/**
 * HTTP status that the error would have had; /api/create only (before 0.12.6)
 */
status?: number
}
/**
 * What went wrong.
 */
export interface Error {
/**
 * what went wrong
 */
error: string
}
/**
 * Kind and size of a model.
 */
export interface ModelDetails {
/**
 * name of the model that this one was made from, `""` without one; always `""` in /api/ps
 */
parent_model: string
/**
 * format of the weights, `gguf` or `safetensors`; `""` for a remote model
 */
format: string
/**
 * architecture, as `llama`
 */
family: string
/**
 * all architectures in the model, null when none is stored
 */
families: (string[] | null)
/**
 * number of weights for people, as `7.6B` or `217.73K`
 */
parameter_size: string
/**
 * type of the weights, as `Q4_K_M`, or `unknown`
 */
quantization_level: string
/**
 * context the model was trained for, in tokens; /api/tags only (0.30.0 and up)
 */
context_length?: number
/**
 * length of an embedding vector; /api/tags only (0.30.0 and up)
 */
embedding_length?: number
}
/**
 * What went wrong, in the form of OpenAI.
 */
export interface OpenaiError {
/**
 * what went wrong
 */
error: {
/**
 * the text
 */
message: string
/**
 * kind of error, by status; `api_error` for whatever the handler raised before 0.18.0
 */
type: ("invalid_request_error" | "not_found_error" | "api_error")
/**
 * always null
 */
param: null
/**
 * always null
 */
code: null
}
}
/**
 * A call that the model asks for.
 */
export interface OpenaiToolCall {
/**
 * identifier, `call_` and 8 letters or digits; from 0.30.0 on another where llama-server applies the template
 */
id: string
/**
 * place among the calls, from 0
 */
index: number
/**
 * kind of tool
 */
type: "function"
/**
 * what to call
 */
function: {
/**
 * name of the tool; empty when a tool without a name was called
 */
name: string
/**
 * arguments by name, a JSON object as text
 */
arguments: string
}
}
/**
 * What the other server answered, as a struct of Go.
 */
export interface RelayedError {
/**
 * status of the other server
 */
StatusCode: number
/**
 * that status with its name
 */
Status: string
/**
 * what went wrong there
 */
error: string
}
/**
 * Names the model and the copy.
 */
export interface CopyRequest {
/**
 * name of the model
 */
source: string
/**
 * name of the copy
 */
destination: string
}
/**
 * One step; the whole answer, without stream, is the last one.
 */
export interface CreateProgress {
/**
 * what is being done, as `parsing GGUF`; `success` at the end
 */
status: string
/**
 * blob that is worked on; 19 zeros for the quantization
 */
digest?: string
/**
 * size of the work, in bytes
 */
total?: number
/**
 * work done, in bytes, left out when zero
 */
completed?: number
}
/**
 * One of `from` and `files` is needed.
 */
export interface CreateRequest {
/**
 * name of the new model
 */
model?: (string | null)
/**
 * the same (deprecated)
 */
name?: (string | null)
/**
 * answer as a stream of records; true when absent
 */
stream?: (boolean | null)
/**
 * model to start from
 */
from?: (string | null)
/**
 * digest of an uploaded blob by file name
 */
files?: ({
/**
 * SHA-256 as `sha256:` and 64 hex digits
 */
[k: string]: string
} | null)
/**
 * digest of an uploaded LoRA adapter by file name
 */
adapters?: ({
/**
 * SHA-256 as `sha256:` and 64 hex digits
 */
[k: string]: string
} | null)
/**
 * type to quantize the weights to, as `q8_0`
 */
quantize?: (string | null)
/**
 * the same (deprecated)
 */
quantization?: (string | null)
/**
 * template of the prompt
 */
template?: (string | null)
/**
 * one or more licenses
 */
license?: (string | string[] | null)
/**
 * system message
 */
system?: (string | null)
/**
 * options by name; neither names nor types are checked before the model is used
 */
parameters?: ({
[k: string]: string | number | boolean | unknown[]
} | null)
/**
 * conversation put in front of every request
 */
messages?: (Message[] | null)
/**
 * server that runs the model (0.12.0 and up)
 */
remote_host?: (string | null)
/**
 * built-in renderer to use in place of the template (0.12.0 and up)
 */
renderer?: (string | null)
/**
 * built-in parser of the output (0.12.0 and up)
 */
parser?: (string | null)
/**
 * details of a remote model (0.12.0 and up)
 */
info?: ({
[k: string]: unknown
} | null)
/**
 * least version of Ollama that can run the model (0.14.0 and up)
 */
requires?: (string | null)
/**
 * digest of an uploaded blob of the draft model by file name (0.30.0 and up)
 */
draft_files?: ({
/**
 * SHA-256 as `sha256:` and 64 hex digits
 */
[k: string]: string
} | null)
/**
 * type to quantize the draft model to (0.30.0 and up)
 */
draft_quantize?: (string | null)
}
/**
 * The last step.
 */
export interface CreateResponse {
/**
 * it is done
 */
status: "success"
}
/**
 * What went wrong.
 */
export interface DeleteError {
/**
 * what went wrong
 */
error: string
/**
 * kind of error (0.5.13 until 0.6.0)
 */
code: ("bad_request" | "method_not_allowed" | "not_found" | "internal_error")
}
/**
 * Names the model.
 */
export interface DeleteRequest {
/**
 * name of the model
 */
model?: (string | null)
/**
 * the same (deprecated)
 */
name?: (string | null)
}
/**
 * The model was loaded.
 */
export interface EmbedLoaded {
/**
 * name of the model as sent
 */
model: string
/**
 * no vectors
 */
embeddings: []
}
/**
 * A Go error written as JSON, which loses what went wrong; before 0.6.1.
 */
export interface EmbedOpaqueError {
/**
 * nothing of the error
 */
error: {
[k: string]: unknown
}
}
/**
 * Asks for the embedding of one text or several.
 */
export interface EmbedRequest {
/**
 * name of the model
 */
model: string
/**
 * a text or a list of texts; empty or null loads the model
 */
input?: ((string | null) | string[])
/**
 * shorten a text that is longer than the context; true when absent
 */
truncate?: (boolean | null)
/**
 * length to cut the vectors to; without effect when 0 or longer than they are (0.11.11 and up)
 */
dimensions?: (number | null)
/**
 * how long the model stays loaded after the request: seconds as a number, or a Go duration as a text, in which "-1" is refused for want of a unit; negative is for ever, 0 unloads at once; null is the default
 */
keep_alive?: ((number | null) | string)
/**
 * options for this request, over those of the model
 */
options?: Options
}
/**
 * A vector for each text.
 */
export interface EmbedResponse {
/**
 * name of the model as sent
 */
model: string
/**
 * vectors of length 1, in the order of the texts
 * 
 * @minItems 1
 */
embeddings: number[][]
/**
 * time from the arrival of the request to the answer, in nanoseconds
 */
total_duration: number
/**
 * time until the model was ready, in nanoseconds; small when it was loaded already
 */
load_duration: number
/**
 * tokens of all texts together
 */
prompt_eval_count: number
}
/**
 * Asks for the embedding of one text. Superseded by /api/embed.
 */
export interface EmbeddingsRequest {
/**
 * name of the model
 */
model: string
/**
 * the text; empty loads the model
 */
prompt?: (string | null)
/**
 * how long the model stays loaded after the request: seconds as a number, or a Go duration as a text, in which "-1" is refused for want of a unit; negative is for ever, 0 unloads at once; null is the default
 */
keep_alive?: ((number | null) | string)
/**
 * options for this request, over those of the model
 */
options?: Options
}
/**
 * The vector of the text; empty when the text is.
 */
export interface EmbeddingsResponse {
/**
 * the vector as the model gives it
 * 
 * Items: 32-bit float, written with the digits of a 64-bit one
 */
embedding: number[]
}
/**
 * Also the whole answer, without `stream`, of a generation that the repetition guard cut off.
 */
export interface GenerateChunk {
/**
 * name of the model as sent
 */
model: string
/**
 * when the record was made
 */
created_at: string
/**
 * name of the model on the remote server; remote models only (0.12.0 and up)
 */
remote_model?: string
/**
 * URL of the remote server; remote models only (0.12.0 and up)
 */
remote_host?: string
/**
 * text generated since the record before; all of it when not streamed
 */
response: string
/**
 * thoughts since the record before, left out when empty (0.9.0 and up)
 */
thinking?: string
/**
 * this is not the end
 */
done: false
/**
 * tool calls found by the parser of the model (0.11.0 and up)
 * 
 * @minItems 1
 */
tool_calls?: ToolCall[]
/**
 * log probabilities of the tokens of this record, when asked for (0.12.11 and up)
 * 
 * @minItems 1
 */
logprobs?: Logprob[]
/**
 * steps done; image models only (0.14.3 until 0.32.6)
 */
completed?: number
/**
 * steps in all; image models only (0.14.3 until 0.32.6)
 */
total?: number
}
/**
 * The rendered template, in place of an answer. (0.11.5 and up)
 */
export interface GenerateDebug {
/**
 * name of the model as sent
 */
model: string
/**
 * when the record was made
 */
created_at: string
/**
 * no text (0.12.0 and up)
 */
response: ""
/**
 * nothing was generated (0.12.0 and up)
 */
done: false
/**
 * what would have been sent to the runner
 */
_debug_info: {
/**
 * the prompt after the template
 */
rendered_template: string
/**
 * number of images, left out when zero
 */
image_count?: number
}
}
/**
 * The end of the stream, with its counts and durations, unless nothing was asked of the model.
 */
export interface GenerateLast {
/**
 * name of the model as sent
 */
model: string
/**
 * when the record was made
 */
created_at: string
/**
 * name of the model on the remote server; remote models only (0.12.0 and up)
 */
remote_model?: string
/**
 * URL of the remote server; remote models only (0.12.0 and up)
 */
remote_host?: string
/**
 * text generated since the record before; all of it when not streamed
 */
response: string
/**
 * thoughts since the record before, left out when empty (0.9.0 and up)
 */
thinking?: string
/**
 * this is the end
 */
done: true
/**
 * why it ended: end of sequence or a stop text, or the limit of tokens
 */
done_reason: ("stop" | "length")
/**
 * tokens of prompt and answer, for the next request (deprecated); not with `raw`
 * 
 * @minItems 1
 */
context?: number[]
/**
 * tool calls found by the parser of the model (0.11.0 and up)
 * 
 * @minItems 1
 */
tool_calls?: ToolCall[]
/**
 * log probabilities of the tokens of this record, when asked for (0.12.11 and up)
 * 
 * @minItems 1
 */
logprobs?: Logprob[]
/**
 * generated image in base64; image models only (0.14.3 until 0.32.6)
 */
image?: string
/**
 * steps done; image models only (0.14.3 until 0.32.6)
 */
completed?: number
/**
 * steps in all; image models only (0.14.3 until 0.32.6)
 */
total?: number
/**
 * time from the arrival of the request to this record, in nanoseconds (server/routes.go)
 */
total_duration: number
/**
 * time until the model was ready, in nanoseconds; small when it was loaded already (server/routes.go)
 */
load_duration: number
/**
 * tokens of the prompt, with the beginning-of-sequence token where the tokenizer adds one
 */
prompt_eval_count?: number
/**
 * time for the prompt, in nanoseconds; whole milliseconds before 0.6.2, so left out when it was quick
 */
prompt_eval_duration?: number
/**
 * tokens generated, with the end-of-sequence token
 */
eval_count?: number
/**
 * time for the generation after its first token, in nanoseconds; so left out before 0.30.0 when there was only one
 */
eval_duration?: number
/**
 * most memory used, in bytes; MLX models only (0.17.5 until 0.17.6)
 */
peak_memory?: number
}
/**
 * The model was loaded, or unloaded with keep_alive 0.
 */
export interface GenerateLoaded {
/**
 * name of the model as sent
 */
model: string
/**
 * name of the model on the remote server; remote models only (0.12.0 and up)
 */
remote_model?: string
/**
 * URL of the remote server; remote models only (0.12.0 and up)
 */
remote_host?: string
/**
 * when the record was made
 */
created_at: string
/**
 * no text
 */
response: ""
/**
 * this is the end
 */
done: true
/**
 * what was done
 */
done_reason: ("load" | "unload")
}
/**
 * Asks for text that continues a prompt.
 */
export interface GenerateRequest {
/**
 * name of the model
 */
model: string
/**
 * text to continue; empty loads or unloads the model
 */
prompt?: (string | null)
/**
 * text after the inserted text; needs the capability insert
 */
suffix?: (string | null)
/**
 * replaces the system message of the model, unless empty
 */
system?: (string | null)
/**
 * replaces the template of the model, unless empty
 */
template?: (string | null)
/**
 * tokens of an earlier answer, put in front of the prompt (deprecated)
 */
context?: (number[] | null)
/**
 * answer as a stream of records; true when absent
 */
stream?: (boolean | null)
/**
 * take the prompt as it is, without template and system message
 */
raw?: (boolean | null)
/**
 * constraint on the output: `"json"` or a JSON Schema; null and `""` are none
 */
format?: (null | ("" | "json") | {
[k: string]: unknown
})
/**
 * how long the model stays loaded after the request: seconds as a number, or a Go duration as a text, in which "-1" is refused for want of a unit; negative is for ever, 0 unloads at once; null is the default
 */
keep_alive?: ((number | null) | string)
/**
 * images in base64
 */
images?: (string[] | null)
/**
 * options for this request, over those of the model
 */
options?: Options
/**
 * whether the model thinks first: a boolean, or how much (0.9.0 and up)
 */
think?: (true | false | "low" | "medium" | "high" | "max")
/**
 * shorten a prompt that is longer than the context; true when absent (0.12.6 and up)
 */
truncate?: (boolean | null)
/**
 * drop the oldest tokens when the context is full; true when absent (0.12.6 and up)
 */
shift?: (boolean | null)
/**
 * answer with the rendered template and do not generate (0.11.5 and up)
 */
_debug_render_only?: (boolean | null)
/**
 * answer with the log probability of each token (0.12.11 and up)
 */
logprobs?: (boolean | null)
/**
 * how many of the likeliest tokens to add at each place; needs logprobs (0.12.11 and up)
 */
top_logprobs?: (number | null)
/**
 * width of a generated image, in pixels (0.14.3 until 0.32.6)
 */
width?: (number | null)
/**
 * height of a generated image, in pixels (0.14.3 until 0.32.6)
 */
height?: (number | null)
/**
 * diffusion steps for an image (0.14.3 until 0.32.6)
 */
steps?: (number | null)
}
/**
 * Text since the event before.
 */
export interface LegacyCompletionsChunk {
/**
 * `cmpl-` and a number below 999, the same for a whole stream; not unique
 */
id: string
/**
 * kind of object
 */
object: "text_completion"
/**
 * Unix time, in seconds
 */
created: number
/**
 * name of the model as sent; `""` in the chunk that stands for an error in mid-stream
 */
model: string
/**
 * the same for every answer
 */
system_fingerprint: "fp_ollama"
/**
 * exactly one choice
 * 
 * @minItems 1
 * @maxItems 1
 */
choices: {
/**
 * text since the chunk before
 */
text: string
/**
 * place of the choice
 */
index: 0
/**
 * why it ended, null when it did not
 */
finish_reason: ("stop" | "length" | "load" | null)
}[]
/**
 * zeros, with include_usage only
 */
usage?: {
/**
 * 0 until the usage chunk
 */
prompt_tokens: 0
/**
 * 0 until the usage chunk
 */
completion_tokens: 0
/**
 * 0 until the usage chunk
 */
total_tokens: 0
}
}
/**
 * Null is the same as absent.
 */
export interface LegacyCompletionsRequest {
/**
 * name of the model
 */
model: string
/**
 * text to complete, put through the template of the model; one string only
 */
prompt?: string
/**
 * text after the completion; needs the capability insert
 */
suffix?: string
/**
 * most tokens to generate
 */
max_tokens?: (number | null)
/**
 * divides the logits; 1 when absent
 */
temperature?: (number | null)
/**
 * sample from the likeliest tokens with this total probability; 1 when absent or 0
 */
top_p?: number
/**
 * taken from the logit of a token for each time it occurred; 0 when absent
 */
frequency_penalty?: number
/**
 * taken from the logit of a token that occurred; 0 when absent
 */
presence_penalty?: number
/**
 * seed of the sampler
 */
seed?: (number | null)
/**
 * one or more texts that end the generation
 */
stop?: (string | string[] | null)
/**
 * answer as server-sent events; false when absent
 */
stream?: boolean
/**
 * options of the stream
 */
stream_options?: ({
/**
 * add usage to the stream
 */
include_usage?: boolean
} | null)
/**
 * asks the runner for log probabilities; the answer does not show them (0.12.11 and up)
 */
logprobs?: (number | null)
/**
 * do not generate; the answer has no place for the rendered template (0.12.0 and up)
 */
_debug_render_only?: boolean
}
/**
 * finish_reason is null when the repetition guard cut it off.
 */
export interface LegacyCompletionsResponse {
/**
 * `cmpl-` and a number below 999, the same for a whole stream; not unique
 */
id: string
/**
 * kind of object
 */
object: "text_completion"
/**
 * Unix time, in seconds
 */
created: number
/**
 * name of the model as sent; `""` in the chunk that stands for an error in mid-stream
 */
model: string
/**
 * the same for every answer
 */
system_fingerprint: "fp_ollama"
/**
 * exactly one choice
 * 
 * @minItems 1
 * @maxItems 1
 */
choices: {
/**
 * the completion
 */
text: string
/**
 * place of the choice
 */
index: 0
/**
 * why it ended, null when it did not
 */
finish_reason: ("stop" | "length" | "load" | null)
}[]
/**
 * tokens of prompt and completion; zeros when nothing was generated
 */
usage: {
/**
 * tokens of the prompt, with the beginning-of-sequence token where the tokenizer adds one
 */
prompt_tokens: number
/**
 * tokens generated, with the end-of-sequence token
 */
completion_tokens: number
/**
 * sum of both
 */
total_tokens: number
}
}
/**
 * Sent after the last text, with include_usage only.
 */
export interface LegacyCompletionsUsage {
/**
 * `cmpl-` and a number below 999, the same for a whole stream; not unique
 */
id: string
/**
 * kind of object
 */
object: "text_completion"
/**
 * Unix time, in seconds
 */
created: number
/**
 * name of the model as sent; `""` in the chunk that stands for an error in mid-stream
 */
model: string
/**
 * the same for every answer
 */
system_fingerprint: "fp_ollama"
/**
 * no choice
 * 
 * @maxItems 0
 */
choices: unknown[]
/**
 * tokens of prompt and completion
 */
usage: {
/**
 * tokens of the prompt, with the beginning-of-sequence token where the tokenizer adds one
 */
prompt_tokens: number
/**
 * tokens generated, with the end-of-sequence token
 */
completion_tokens: number
/**
 * sum of both
 */
total_tokens: number
}
}
/**
 * The account that the server is signed in to.
 */
export interface MeResponse {
/**
 * identifier of the account, a UUID
 */
id: string
/**
 * address of the account
 */
email: string
/**
 * name of the account; empty for nobody before 0.12.1
 */
name: string
/**
 * what it says of itself
 */
bio?: string
/**
 * URL of its picture
 */
avatarurl?: string
/**
 * first name
 */
firstname?: string
/**
 * last name
 */
lastname?: string
/**
 * plan that it pays for, as `free`
 */
plan?: string
}
/**
 * The server searches the web for the model. (0.16.2 and up)
 */
export interface MessagesBlockServerToolUse {
/**
 * kind of block
 */
type: "server_tool_use"
/**
 * identifier, `srvtoolu_` and the hex digits of the message
 */
id: string
/**
 * name of the tool
 */
name: "web_search"
/**
 * arguments of the search
 */
input: {
/**
 * what is searched for; empty when the model gave none
 */
query: string
}
}
/**
 * The model says something. (0.14.0 and up)
 */
export interface MessagesBlockText {
/**
 * kind of block
 */
type: "text"
/**
 * the text
 */
text: string
}
/**
 * The model thinks. (0.14.0 and up)
 */
export interface MessagesBlockThinking {
/**
 * kind of block
 */
type: "thinking"
/**
 * the thoughts
 */
thinking: string
}
/**
 * The model calls a tool. (0.14.0 and up)
 */
export interface MessagesBlockToolUse {
/**
 * kind of block
 */
type: "tool_use"
/**
 * identifier, `call_` and 8 letters or digits
 */
id: string
/**
 * name of the tool
 */
name: string
/**
 * arguments by name
 */
input: {
[k: string]: unknown
}
}
/**
 * What the server found, or why it found nothing. (0.16.2 and up)
 */
export interface MessagesBlockWebSearchToolResult {
/**
 * kind of block
 */
type: "web_search_tool_result"
/**
 * identifier of the search
 */
tool_use_id: string
/**
 * what it found, null for nothing, or why there is nothing
 */
content: ({
/**
 * kind of object
 */
type: "web_search_tool_result_error"
/**
 * what went wrong
 */
error_code: ("unavailable" | "invalid_request" | "api_error" | "max_uses_exceeded" | "web_search_not_supported_for_local_models")
} | {
/**
 * kind of object
 */
type: "web_search_result"
/**
 * address of the page
 */
url: string
/**
 * title of the page
 */
title: string
}[] | null)
}
/**
 * What went wrong, in the form of Anthropic. (0.14.0 and up)
 */
export interface MessagesError {
/**
 * kind of object
 */
type: "error"
/**
 * what went wrong
 */
error: {
/**
 * kind of error, by status
 */
type: ("invalid_request_error" | "authentication_error" | "permission_error" | "not_found_error" | "rate_limit_error" | "overloaded_error" | "api_error")
/**
 * the text
 */
message: string
}
/**
 * `req_` and 24 hex digits
 */
request_id: string
}
/**
 * What a block has more. (0.14.0 and up)
 */
export interface MessagesEventContentBlockDeltaInputJson {
/**
 * kind of event
 */
type: "content_block_delta"
/**
 * place of the block, from 0
 */
index: number
/**
 * what is new
 */
delta: {
/**
 * kind of delta
 */
type: "input_json_delta"
/**
 * the arguments as JSON, all at once
 */
partial_json: string
}
}
/**
 * What a block has more. (0.14.0 and up)
 */
export interface MessagesEventContentBlockDeltaText {
/**
 * kind of event
 */
type: "content_block_delta"
/**
 * place of the block, from 0
 */
index: number
/**
 * what is new
 */
delta: {
/**
 * kind of delta
 */
type: "text_delta"
/**
 * text since the event before
 */
text: string
}
}
/**
 * What a block has more. (0.14.0 and up)
 */
export interface MessagesEventContentBlockDeltaThinking {
/**
 * kind of event
 */
type: "content_block_delta"
/**
 * place of the block, from 0
 */
index: number
/**
 * what is new
 */
delta: {
/**
 * kind of delta
 */
type: "thinking_delta"
/**
 * thoughts since the event before
 */
thinking: string
}
}
/**
 * The server searches the web for the model. (0.16.2 and up)
 */
export interface MessagesEventContentBlockStartServerToolUse {
/**
 * kind of event
 */
type: "content_block_start"
/**
 * place of the block, from 0
 */
index: number
/**
 * the block
 */
content_block: {
/**
 * kind of block
 */
type: "server_tool_use"
/**
 * identifier, `srvtoolu_` and the hex digits of the message
 */
id: string
/**
 * name of the tool
 */
name: "web_search"
/**
 * arguments of the search
 */
input: {
/**
 * what is searched for; empty when the model gave none
 */
query: string
}
}
}
/**
 * The model says something. (0.14.0 and up)
 */
export interface MessagesEventContentBlockStartText {
/**
 * kind of event
 */
type: "content_block_start"
/**
 * place of the block, from 0
 */
index: number
/**
 * the block
 */
content_block: {
/**
 * kind of block
 */
type: "text"
/**
 * the text, which the deltas bring
 */
text: ""
}
}
/**
 * The model thinks. (0.14.0 and up)
 */
export interface MessagesEventContentBlockStartThinking {
/**
 * kind of event
 */
type: "content_block_start"
/**
 * place of the block, from 0
 */
index: number
/**
 * the block
 */
content_block: {
/**
 * kind of block
 */
type: "thinking"
/**
 * empty, for the deltas bring the thoughts; after a search they are here
 */
thinking: string
}
}
/**
 * The model calls a tool. (0.14.0 and up)
 */
export interface MessagesEventContentBlockStartToolUse {
/**
 * kind of event
 */
type: "content_block_start"
/**
 * place of the block, from 0
 */
index: number
/**
 * the block
 */
content_block: {
/**
 * kind of block
 */
type: "tool_use"
/**
 * identifier, `call_` and 8 letters or digits
 */
id: string
/**
 * name of the tool
 */
name: string
/**
 * empty, for the delta brings the arguments; after a search they are here
 */
input: {
[k: string]: unknown
}
}
}
/**
 * What the server found, or why it found nothing. (0.16.2 and up)
 */
export interface MessagesEventContentBlockStartWebSearchToolResult {
/**
 * kind of event
 */
type: "content_block_start"
/**
 * place of the block, from 0
 */
index: number
/**
 * the block
 */
content_block: {
/**
 * kind of block
 */
type: "web_search_tool_result"
/**
 * identifier of the search
 */
tool_use_id: string
/**
 * what it found, null for nothing, or why there is nothing
 */
content: ({
/**
 * kind of object
 */
type: "web_search_tool_result_error"
/**
 * what went wrong
 */
error_code: ("unavailable" | "invalid_request" | "api_error" | "max_uses_exceeded" | "web_search_not_supported_for_local_models")
} | {
/**
 * kind of object
 */
type: "web_search_result"
/**
 * address of the page
 */
url: string
/**
 * title of the page
 */
title: string
}[] | null)
}
}
/**
 * The end of a block. (0.14.0 and up)
 */
export interface MessagesEventContentBlockStop {
/**
 * kind of event
 */
type: "content_block_stop"
/**
 * place of the block, from 0
 */
index: number
}
/**
 * Why the message ended, and its tokens. (0.14.0 and up)
 */
export interface MessagesEventMessageDelta {
/**
 * kind of event
 */
type: "message_delta"
/**
 * what the message has more
 */
delta: {
/**
 * why it ended: end of sequence or a stop text, the limit of tokens, or a tool call; `stop_sequence` when the model was only loaded
 */
stop_reason: ("end_turn" | "max_tokens" | "tool_use" | "stop_sequence")
}
/**
 * tokens of prompt and answer
 */
usage: {
/**
 * tokens of the prompt (0.15.5 and up)
 */
input_tokens: number
/**
 * tokens generated, with the end-of-sequence token
 */
output_tokens: number
}
}
/**
 * The first event of a stream. (0.14.0 and up)
 */
export interface MessagesEventMessageStart {
/**
 * kind of event
 */
type: "message_start"
/**
 * the message, as yet without content
 */
message: {
/**
 * `msg_` and 24 hex digits
 */
id: string
/**
 * kind of object
 */
type: "message"
/**
 * who speaks
 */
role: "assistant"
/**
 * name of the model as sent
 */
model: string
/**
 * nothing yet
 * 
 * @maxItems 0
 */
content: unknown[]
/**
 * tokens so far
 */
usage: {
/**
 * an estimate, a quarter of the characters; 0 before 0.15.5; exact when nothing is generated
 */
input_tokens: number
/**
 * nothing yet
 */
output_tokens: 0
}
}
}
/**
 * The last event of a stream. (0.14.0 and up)
 */
export interface MessagesEventMessageStop {
/**
 * kind of event
 */
type: "message_stop"
}
/**
 * Asks for the next message of a conversation, in the form of Anthropic. (0.14.0 and up)
 */
export interface MessagesRequest {
/**
 * name of the model
 */
model: string
/**
 * most tokens to generate
 */
max_tokens: number
/**
 * the conversation so far
 * 
 * @minItems 1
 */
messages: {
/**
 * who speaks, `user` or `assistant`; not checked, letter case is ignored
 */
role: string
/**
 * the text, or blocks; texts of one message are joined without a separator
 */
content: (string | {
/**
 * kind of block; unknown kinds are skipped
 */
type: ("text" | "image" | "tool_use" | "tool_result" | "thinking" | "server_tool_use" | "web_search_tool_result")
/**
 * text of a block `text`
 */
text?: string
/**
 * the image
 */
source?: {
/**
 * how the image is given; URLs are refused
 */
type: "base64"
/**
 * media type; not used
 */
media_type?: string
/**
 * the image in base64
 */
data: string
}
/**
 * identifier of a tool call
 */
id?: string
/**
 * name of the tool that was called
 */
name?: string
/**
 * arguments of the call by name
 */
input?: {
[k: string]: unknown
}
/**
 * identifier of the call that this is the result of
 */
tool_use_id?: string
/**
 * the result of a tool: a text, or parts; of a web search its results, or one error
 */
content?: (string | unknown[] | {
[k: string]: unknown
})
/**
 * whether the tool failed; ignored
 */
is_error?: boolean
/**
 * earlier thoughts, put in the template of the model
 */
thinking?: string
/**
 * ignored
 */
signature?: string
}[])
}[]
/**
 * the system message; texts of blocks are joined without a separator
 */
system?: (string | {
/**
 * kind of block
 */
type: "text"
/**
 * the text
 */
text: string
}[])
/**
 * answer as server-sent events; false when absent
 */
stream?: boolean
/**
 * divides the logits; that of the model when absent
 */
temperature?: (number | null)
/**
 * sample from the likeliest tokens with this total probability; that of the model when absent
 */
top_p?: (number | null)
/**
 * sample from this many of the likeliest tokens; that of the model when absent
 */
top_k?: (number | null)
/**
 * texts that end the generation
 */
stop_sequences?: string[]
/**
 * tools that the model may call
 */
tools?: {
/**
 * `custom`, or `web_search_…` for a search by the server, since 0.16.2
 */
type?: string
/**
 * name of the tool
 */
name: string
/**
 * what it is for, for the model
 */
description?: string
/**
 * JSON Schema of its arguments
 */
input_schema?: {
[k: string]: unknown
}
/**
 * most searches; ignored (0.16.2 and up)
 */
max_uses?: number
}[]
/**
 * ignored
 */
tool_choice?: {
/**
 * which tools may be called: `auto`, `any`, `tool` or `none`
 */
type: string
/**
 * the tool to call
 */
name?: string
/**
 * at most one call
 */
disable_parallel_tool_use?: boolean
}
/**
 * whether the model thinks first; a model that can does so when absent
 */
thinking?: {
/**
 * `enabled`, or `disabled`, which is ignored before 0.23.4
 */
type: ("enabled" | "disabled")
/**
 * most tokens for thoughts; ignored
 */
budget_tokens?: number
}
/**
 * ignored
 */
metadata?: {
/**
 * identifier of the user
 */
user_id?: string
}
/**
 * how much the model thinks (0.23.4 and up)
 */
output_config?: {
/**
 * `low`, `medium`, `high` or `max`, and `xhigh` for `high`; letter case and spaces around it do not matter, others are ignored; `thinking` wins
 */
effort?: string
}
}
/**
 * The next message of the conversation. (0.14.0 and up)
 */
export interface MessagesResponse {
/**
 * `msg_` and 24 hex digits
 */
id: string
/**
 * kind of object
 */
type: "message"
/**
 * who speaks
 */
role: "assistant"
/**
 * name of the model as sent
 */
model: string
/**
 * thoughts, then text, then tool calls, or a search with its result; null when there is nothing
 * 
 * @minItems 1
 */
content: ((MessagesBlockText | MessagesBlockThinking | MessagesBlockToolUse | MessagesBlockServerToolUse | MessagesBlockWebSearchToolResult)[] | null)
/**
 * why it ended: end of sequence or a stop text, the limit of tokens, or a tool call; `stop_sequence` when the model was only loaded
 */
stop_reason: ("end_turn" | "max_tokens" | "tool_use" | "stop_sequence")
/**
 * tokens of prompt and answer
 */
usage: {
/**
 * tokens of the prompt
 */
input_tokens: number
/**
 * tokens generated, with the end-of-sequence token
 */
output_tokens: number
}
}
/**
 * Models to try.
 */
export interface ModelRecommendationsResponse {
/**
 * models to try, best first
 */
recommendations: {
/**
 * name of the model
 */
model: string
/**
 * what it is good for
 */
description: string
/**
 * size of its context, in tokens
 */
context_length?: number
/**
 * most tokens that it generates
 */
max_output_tokens?: number
/**
 * memory that it needs, in bytes
 */
vram_bytes?: number
/**
 * plan of an account that it needs
 */
required_plan?: string
}[]
}
/**
 * A multipart form of at most 25 MiB in memory; a field that is not listed has no effect.
 */
export interface OpenaiAudioRequest {
/**
 * name of the model
 */
model: string
/**
 * the audio file
 */
file: string
/**
 * `text` answers with the text alone; anything else is `json`
 */
response_format?: string
/**
 * language of the audio, put into the system message
 */
language?: string
/**
 * context, put into the system message
 */
prompt?: string
}
/**
 * What the model said.
 */
export interface OpenaiAudioResponse {
/**
 * the text, without spaces around
 */
text: string
}
/**
 * What was added to the message since the event before, or why it ended.
 */
export interface OpenaiChatChunk {
/**
 * `chatcmpl-` and a number below 999, the same for a whole stream; not unique
 */
id: string
/**
 * kind of object
 */
object: "chat.completion.chunk"
/**
 * Unix time, in seconds
 */
created: number
/**
 * name of the model as sent; `""` in the event that stands for an error in mid-stream
 */
model: string
/**
 * the same for every answer
 */
system_fingerprint: "fp_ollama"
/**
 * exactly one choice
 * 
 * @minItems 1
 * @maxItems 1
 */
choices: {
/**
 * place of the choice
 */
index: 0
/**
 * what was added; from 0.32.6 on nothing in the event with finish_reason
 */
delta: {
/**
 * who speaks; from 0.32.6 on only in the first event
 */
role?: "assistant"
/**
 * text since the event before, `""` beside reasoning and tool calls
 */
content?: string
/**
 * thoughts since the event before (0.11.0 and up)
 */
reasoning?: string
/**
 * calls that the model asks for
 * 
 * @minItems 1
 */
tool_calls?: OpenaiToolCall[]
}
/**
 * why it ended, null before the last event with a choice
 */
finish_reason: ("stop" | "length" | "tool_calls" | "load" | null)
/**
 * with `logprobs` only (0.12.11 and up)
 */
logprobs?: {
/**
 * the tokens, in their order
 * 
 * @minItems 1
 */
content: Logprob[]
}
}[]
}
/**
 * The rendered template, and an empty answer. (0.12.0 and up)
 */
export interface OpenaiChatDebug {
/**
 * `chatcmpl-` and a number below 999, the same for a whole stream; not unique
 */
id: string
/**
 * kind of object
 */
object: "chat.completion"
/**
 * Unix time, in seconds
 */
created: number
/**
 * name of the model as sent
 */
model: string
/**
 * the same for every answer
 */
system_fingerprint: "fp_ollama"
/**
 * exactly one choice, without a message
 * 
 * @minItems 1
 * @maxItems 1
 */
choices: {
/**
 * place of the choice
 */
index: 0
/**
 * no message
 */
message: {
/**
 * nobody
 */
role: ""
/**
 * no text
 */
content: ""
}
/**
 * it did not begin
 */
finish_reason: null
}[]
/**
 * zeros
 */
usage: {
/**
 * nothing was generated
 */
prompt_tokens: 0
/**
 * nothing was generated
 */
completion_tokens: 0
/**
 * nothing was generated
 */
total_tokens: 0
}
/**
 * what would have been sent to the runner
 */
_debug_info: {
/**
 * the prompt after the template
 */
rendered_template: string
/**
 * number of images, left out when zero
 */
image_count?: number
}
}
/**
 * One turn of a conversation; each part of a content is a message of its own for the model.
 */
export interface OpenaiChatMessage {
/**
 * who speaks: `system`, `user`, `assistant` or `tool`; not checked, letter case is ignored
 */
role: string
/**
 * the text, or its parts; null only beside tool_calls
 */
content?: (string | {
/**
 * kind of part
 */
type: ("text" | "image_url" | "input_audio")
/**
 * the text
 */
text?: string
/**
 * an image in base64, or an object that has it; an address elsewhere is refused
 */
image_url?: (string | {
/**
 * `data:image/png;base64,` and the image; jpeg, jpg, png, from 0.10.0 on webp, from 0.12.6 on without a type
 */
url: string
})
/**
 * audio (0.20.0 and up)
 */
input_audio?: {
/**
 * the audio file
 */
data: string
}
}[] | null)
/**
 * what an assistant thought before the text (0.11.0 and up)
 */
reasoning?: string
/**
 * calls that an assistant made
 */
tool_calls?: {
/**
 * identifier of the call
 */
id?: string
/**
 * place among the calls, from 0
 */
index?: number
/**
 * kind of tool, `function`; not checked
 */
type?: string
/**
 * what was called
 */
function: {
/**
 * name of the tool
 */
name: string
/**
 * arguments by name, a JSON object as text
 */
arguments: string
}
}[]
/**
 * name of the tool whose result this is (0.11.4 and up)
 */
name?: string
/**
 * identifier of the call whose result this is (0.11.4 and up)
 */
tool_call_id?: string
}
/**
 * Asks for the next message of a conversation. Null is the same as absent; a property that is not listed has no effect.
 */
export interface OpenaiChatRequest {
/**
 * name of the model
 */
model: string
/**
 * the conversation so far
 * 
 * @minItems 1
 */
messages: OpenaiChatMessage[]
/**
 * answer as server-sent events; false when absent
 */
stream?: boolean
/**
 * options of the stream
 */
stream_options?: ({
/**
 * add an event with the usage
 */
include_usage?: boolean
} | null)
/**
 * most tokens to generate
 */
max_tokens?: (number | null)
/**
 * seed of the sampler
 */
seed?: (number | null)
/**
 * one or more texts that end the generation; in a list, what is no text is skipped
 */
stop?: (string | string[] | null)
/**
 * divides the logits; 1 when absent
 */
temperature?: (number | null)
/**
 * taken from the logit of a token for each time it occurred; that of the model when absent
 */
frequency_penalty?: (number | null)
/**
 * taken from the logit of a token that occurred; that of the model when absent
 */
presence_penalty?: (number | null)
/**
 * sample from the likeliest tokens with this total probability; 1 when absent
 */
top_p?: (number | null)
/**
 * constraint on the answer
 */
response_format?: ({
/**
 * `text` is none; letter case and spaces around are ignored
 */
type: ("text" | "json_object" | "json_schema")
/**
 * with the type `json_schema`
 */
json_schema?: ({
/**
 * the JSON Schema
 */
schema: {
[k: string]: unknown
}
} | null)
} | null)
/**
 * tools that the model may call; needs the capability tools
 */
tools?: (Tool[] | null)
/**
 * how much the model thinks first (0.11.0 and up)
 */
reasoning?: ({
/**
 * how much to think; `none` is not at all, `minimal` is `low`, `xhigh` and `ultra` are `max`
 */
effort?: ("none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "ultra" | "max")
} | null)
/**
 * the same as `reasoning.effort`, which wins (0.11.5 and up)
 */
reasoning_effort?: ("none" | "minimal" | "low" | "medium" | "high" | "xhigh" | "ultra" | "max")
/**
 * answer with the log probability of each token (0.12.11 and up)
 */
logprobs?: (boolean | null)
/**
 * how many of the likeliest tokens to add at each place; needs logprobs (0.12.11 and up)
 */
top_logprobs?: number
/**
 * answer with the rendered template and do not generate (0.12.0 and up)
 */
_debug_render_only?: boolean
}
/**
 * The next message of the conversation.
 */
export interface OpenaiChatResponse {
/**
 * `chatcmpl-` and a number below 999, the same for a whole stream; not unique
 */
id: string
/**
 * kind of object
 */
object: "chat.completion"
/**
 * Unix time, in seconds
 */
created: number
/**
 * name of the model as sent
 */
model: string
/**
 * the same for every answer
 */
system_fingerprint: "fp_ollama"
/**
 * exactly one choice
 * 
 * @minItems 1
 * @maxItems 1
 */
choices: {
/**
 * place of the choice
 */
index: 0
/**
 * the message
 */
message: {
/**
 * who speaks
 */
role: "assistant"
/**
 * the text
 */
content: string
/**
 * what the model thought before the text (0.11.0 and up)
 */
reasoning?: string
/**
 * calls that the model asks for
 * 
 * @minItems 1
 */
tool_calls?: OpenaiToolCall[]
}
/**
 * why it ended: `load` when there was no message to answer, `tool_calls` when a tool is called; null when it did not end
 */
finish_reason: ("stop" | "length" | "tool_calls" | "load" | null)
/**
 * with `logprobs` only (0.12.11 and up)
 */
logprobs?: {
/**
 * the tokens, in their order
 * 
 * @minItems 1
 */
content: Logprob[]
}
}[]
/**
 * tokens of prompt and answer; zeros when nothing was generated
 */
usage: {
/**
 * tokens of the prompt, with the beginning-of-sequence token where the tokenizer adds one
 */
prompt_tokens: number
/**
 * tokens generated, with the end-of-sequence token
 */
completion_tokens: number
/**
 * sum of both
 */
total_tokens: number
}
}
/**
 * Sent before [DONE], with include_usage only.
 */
export interface OpenaiChatUsage {
/**
 * `chatcmpl-` and a number below 999, the same for a whole stream; not unique
 */
id: string
/**
 * kind of object
 */
object: "chat.completion.chunk"
/**
 * Unix time, in seconds
 */
created: number
/**
 * name of the model as sent
 */
model: string
/**
 * the same for every answer
 */
system_fingerprint: "fp_ollama"
/**
 * no choice
 * 
 * @maxItems 0
 */
choices: unknown[]
/**
 * tokens of prompt and answer
 */
usage: {
/**
 * tokens of the prompt, with the beginning-of-sequence token where the tokenizer adds one
 */
prompt_tokens: number
/**
 * tokens generated, with the end-of-sequence token
 */
completion_tokens: number
/**
 * sum of both
 */
total_tokens: number
}
}
/**
 * Asks for vectors of texts. A property that is not listed has no effect.
 */
export interface OpenaiEmbeddingsRequest {
/**
 * name of the model
 */
model: string
/**
 * one or more texts; tokens are refused
 * 
 * @minItems 1
 */
input: (string | string[])
/**
 * length to cut the vectors to; 0 and less, and more than there are, is no cut (0.11.11 and up)
 */
dimensions?: number
/**
 * form of the vectors; letter case is ignored (0.12.7 and up)
 */
encoding_format?: ("float" | "base64")
}
/**
 * A vector for each text.
 */
export interface OpenaiEmbeddingsResponse {
/**
 * kind of object
 */
object: "list"
/**
 * a vector for each text, in their order
 * 
 * @minItems 1
 */
data: {
/**
 * kind of object
 */
object: "embedding"
/**
 * the vector, of length 1; with `base64` its 32-bit floats, little-endian
 * 
 * @minItems 1
 */
embedding: (number[] | string)
/**
 * place of the text in the input, from 0
 */
index: number
}[]
/**
 * name of the model as sent
 */
model: string
/**
 * tokens read
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
}
/**
 * What went wrong, with less than OpenAI says. (0.14.0 until 0.14.3)
 */
export interface OpenaiImagesEarlyError {
/**
 * what went wrong
 */
error: {
/**
 * the text
 */
message: string
}
}
/**
 * Asks for an image that is made of another.
 */
export interface OpenaiImagesEdit {
/**
 * name of the model
 */
model: string
/**
 * what to change
 */
prompt: string
/**
 * `data:image/png;base64,` and the image; jpeg, jpg, png, webp, or without a type
 */
image: string
/**
 * width and height in pixels, as `1024x768`; what has no such form is ignored
 */
size?: string
/**
 * seed of the sampler
 */
seed?: (number | null)
}
/**
 * Asks for an image.
 */
export interface OpenaiImagesGeneration {
/**
 * name of the model
 */
model: string
/**
 * what to show
 */
prompt: string
/**
 * number of images; read, but always one is made
 */
n?: number
/**
 * width and height in pixels, as `1024x768`; what has no such form is ignored
 */
size?: string
/**
 * read, but the answer is always base64
 */
response_format?: string
/**
 * seed of the sampler
 */
seed?: (number | null)
/**
 * answer as server-sent events (before 0.14.3)
 */
stream?: boolean
}
/**
 * One image.
 */
export interface OpenaiImagesResponse {
/**
 * Unix time, in seconds
 */
created: number
/**
 * exactly one image
 * 
 * @minItems 1
 * @maxItems 1
 */
data: {
/**
 * the image
 */
b64_json: string
}[]
}
/**
 * The models of the server.
 */
export interface OpenaiModelsList {
/**
 * kind of object
 */
object: "list"
/**
 * the models, the last modified first; null when there is none
 * 
 * @minItems 1
 */
data: ({
/**
 * name of the model with its tag
 */
id: string
/**
 * kind of object
 */
object: "model"
/**
 * when the model was last modified, as Unix time in seconds
 */
created: number
/**
 * namespace of the model, `library` without one
 */
owned_by: string
}[] | null)
}
/**
 * One model.
 */
export interface OpenaiModelsModel {
/**
 * name of the model as asked for
 */
id: string
/**
 * kind of object
 */
object: "model"
/**
 * when the model was last modified, as Unix time in seconds
 */
created: number
/**
 * namespace of the model, `library` without one
 */
owned_by: string
}
/**
 * The loaded models.
 */
export interface PsResponse {
/**
 * loaded models, longest-lived first
 */
models: {
/**
 * short name with tag
 */
name: string
/**
 * the same
 */
model: string
/**
 * memory in use, in bytes
 */
size: number
/**
 * digest of the manifest
 */
digest: string
/**
 * kind and size of the model, as stored
 */
details: ModelDetails
/**
 * when the model will be unloaded; about 292 years ahead for ever
 */
expires_at: string
/**
 * memory in use on GPUs, in bytes
 */
size_vram: number
/**
 * size of the context, in tokens (0.10.0 and up)
 */
context_length: number
}[]
}
/**
 * One step, or the progress of a blob: at most one record in 60 ms while it is downloaded, one record for a blob that is there.
 */
export interface PullProgress {
/**
 * what is being done: `pulling manifest`, `pulling ` and 12 digits of a digest, `verifying sha256 digest`, `writing manifest`, `removing unused layers`, `success`
 */
status: string
/**
 * blob that is downloaded
 */
digest?: string
/**
 * size of the blob, in bytes
 */
total?: number
/**
 * downloaded so far, in bytes, left out when zero
 */
completed?: number
}
/**
 * Names the model.
 */
export interface PullRequest {
/**
 * name of the model, with host and port of its registry unless that is registry.ollama.ai
 */
model?: (string | null)
/**
 * the same (deprecated)
 */
name?: (string | null)
/**
 * pull over plain HTTP; false when absent
 */
insecure?: (boolean | null)
/**
 * without effect (deprecated)
 */
username?: (string | null)
/**
 * without effect (deprecated)
 */
password?: (string | null)
/**
 * answer as a stream of records; true when absent
 */
stream?: (boolean | null)
}
/**
 * The last step.
 */
export interface PullResponse {
/**
 * it is done
 */
status: "success"
}
/**
 * One step, or the progress of a blob: a record in 60 ms while it is uploaded, one record for a blob that is there.
 */
export interface PushProgress {
/**
 * what is being done: `retrieving manifest`, `couldn't retrieve manifest`, `pushing ` and 12 digits of a digest, `pushing manifest`, `success`
 */
status: string
/**
 * blob that is uploaded
 */
digest?: string
/**
 * size of the blob, in bytes
 */
total?: number
/**
 * uploaded so far, in bytes, left out when zero
 */
completed?: number
}
/**
 * Names the model.
 */
export interface PushRequest {
/**
 * name of the model, with host and port of its registry unless that is registry.ollama.ai
 */
model?: (string | null)
/**
 * the same (deprecated)
 */
name?: (string | null)
/**
 * push over plain HTTP; false when absent
 */
insecure?: (boolean | null)
/**
 * without effect (deprecated)
 */
username?: (string | null)
/**
 * without effect (deprecated)
 */
password?: (string | null)
/**
 * answer as a stream of records; true when absent
 */
stream?: (boolean | null)
}
/**
 * The last step.
 */
export interface PushResponse {
/**
 * it is done
 */
status: "success"
}
/**
 * Referenced by single properties of the answer and of its events; not a message itself. (0.13.3 and up)
 */
export interface ResponsesAnswer {
[k: string]: unknown
}
/**
 * The answer, and most of what was asked. (0.13.3 and up)
 */
export interface ResponsesCompleted {
/**
 * `resp_` and a number below 999999; not unique
 */
id: string
/**
 * kind of object
 */
object: "response"
/**
 * Unix time, in seconds (0.14.2 and up)
 */
created_at: number
/**
 * Unix time of the end, in seconds (0.14.2 and up)
 */
completed_at: number
/**
 * state of the answer
 */
status: "completed"
/**
 * always null, also when the limit of tokens was reached (0.14.2 and up)
 */
incomplete_details: null
/**
 * name of the model as sent (0.14.2 and up)
 */
model: string
/**
 * always null: nothing is kept (0.14.2 and up)
 */
previous_response_id: null
/**
 * as sent; null when absent or empty (0.14.2 and up)
 */
instructions: (string | null)
/**
 * thoughts, then tool calls or else the text; null when there is nothing
 * 
 * @minItems 1
 */
output: ((ResponsesItemMessage | ResponsesItemReasoning | ResponsesItemFunctionCall | ResponsesItemWebSearchCall)[] | null)
/**
 * null: what fails has an answer of another form (0.14.2 and up)
 */
error: null
/**
 * as sent; empty when absent (0.14.2 and up)
 */
tools: {
/**
 * as sent
 */
type: string
/**
 * as sent; empty when absent
 */
name: string
/**
 * as sent; null when absent
 */
description: (string | null)
/**
 * as sent; null when absent
 */
strict: (boolean | null)
/**
 * as sent; null when absent
 */
parameters: ({
[k: string]: unknown
} | null)
}[]
/**
 * always `auto`, whatever was sent (0.14.2 and up)
 */
tool_choice: "auto"
/**
 * as sent; `disabled` when absent (0.14.2 and up)
 */
truncation: string
/**
 * always true, whatever was sent (0.14.2 and up)
 */
parallel_tool_calls: true
/**
 * form of the output (0.14.2 and up)
 */
text: {
/**
 * form of the output
 */
format: {
/**
 * as sent
 */
type: string
/**
 * as sent; left out when empty
 */
name?: string
/**
 * as sent, be it a schema or not
 */
schema?: {
[k: string]: unknown
}
/**
 * as sent; left out when absent
 */
strict?: boolean
}
}
/**
 * as sent; 1 when absent, although that of the model applies (0.14.2 and up)
 */
top_p: number
/**
 * always 0 (0.14.2 and up)
 */
presence_penalty: 0
/**
 * always 0 (0.14.2 and up)
 */
frequency_penalty: 0
/**
 * always 0 (0.14.2 and up)
 */
top_logprobs: 0
/**
 * as sent; 1 when absent (0.14.2 and up)
 */
temperature: number
/**
 * as sent; null when absent (0.14.2 and up)
 */
reasoning: ({
/**
 * as sent; null when absent
 */
effort: (string | null)
/**
 * as sent; null when absent
 */
summary: (string | null)
} | null)
/**
 * tokens of prompt and answer; zeros when nothing was generated
 */
usage: {
/**
 * tokens of the prompt
 */
input_tokens: number
/**
 * tokens generated, with the end-of-sequence token
 */
output_tokens: number
/**
 * sum of both
 */
total_tokens: number
/**
 * of the prompt (0.14.2 and up)
 */
input_tokens_details: {
/**
 * always 0
 */
cached_tokens: 0
}
/**
 * of the answer (0.14.2 and up)
 */
output_tokens_details: {
/**
 * always 0
 */
reasoning_tokens: 0
}
}
/**
 * as sent; null when absent (0.14.2 and up)
 */
max_output_tokens: (number | null)
/**
 * always null (0.14.2 and up)
 */
max_tool_calls: null
/**
 * always false: nothing is kept (0.14.2 and up)
 */
store: false
/**
 * as sent; false when absent, and never in the background (0.14.2 and up)
 */
background: boolean
/**
 * always `default` (0.14.2 and up)
 */
service_tier: "default"
/**
 * always empty, whatever was sent (0.14.2 and up)
 */
metadata: {
[k: string]: unknown
}
/**
 * always null (0.14.2 and up)
 */
safety_identifier: null
/**
 * always null (0.14.2 and up)
 */
prompt_cache_key: null
}
/**
 * What the model says. (0.13.3 and up)
 */
export interface ResponsesItemMessage {
/**
 * `msg_` and a number below 999999; not unique
 */
id: string
/**
 * kind of item
 */
type: "message"
/**
 * state of the item
 */
status: "completed"
/**
 * who speaks
 */
role: "assistant"
/**
 * one part
 * 
 * @minItems 1
 * @maxItems 1
 * 
 * Items: (0.13.3 and up)
 */
content: ResponsesContent[]
}
/**
 * What the model says. (0.13.3 and up)
 */
export interface ResponsesContent {
/**
 * kind of part
 */
type: "output_text"
/**
 * the text
 */
text: string
/**
 * always empty (0.14.2 and up)
 * 
 * @maxItems 0
 */
annotations: unknown[]
/**
 * always empty (0.14.2 and up)
 * 
 * @maxItems 0
 */
logprobs: unknown[]
}
/**
 * What the model thinks. (0.13.3 and up)
 */
export interface ResponsesItemReasoning {
/**
 * `rs_` and a number below 999999, or the `id` of the answer where it is not streamed
 */
id: string
/**
 * kind of item
 */
type: "reasoning"
/**
 * one part
 * 
 * @minItems 1
 * @maxItems 1
 */
summary: {
/**
 * kind of part
 */
type: "summary_text"
/**
 * all the thoughts
 */
text: string
}[]
/**
 * all the thoughts, not encrypted
 */
encrypted_content: string
}
/**
 * The model calls a tool. (0.13.3 and up)
 */
export interface ResponsesItemFunctionCall {
/**
 * `fc_`, a number below 999999, or the `id` of the answer where it is not streamed, and the place of the call
 */
id: string
/**
 * kind of item
 */
type: "function_call"
/**
 * state of the item; left out of answers that are not streamed before 0.14.2
 */
status?: "completed"
/**
 * identifier of the call, `call_` and 8 letters or digits
 */
call_id: string
/**
 * name of the tool; empty for a web search before 0.32.10
 */
name: string
/**
 * the arguments as JSON
 */
arguments: string
}
/**
 * The server has searched the web for the model. (0.32.10 and up)
 */
export interface ResponsesItemWebSearchCall {
/**
 * `ws_`, the number of the answer, and which search it is
 */
id: string
/**
 * kind of item
 */
type: "web_search_call"
/**
 * state of the item
 */
status: "completed"
/**
 * what the search does
 */
action: {
/**
 * kind of action
 */
type: "search"
/**
 * what is searched for
 */
query: string
}
}
/**
 * The last event of a stream. (0.13.3 and up)
 */
export interface ResponsesEventCompleted {
/**
 * kind of event
 */
type: "response.completed"
/**
 * place of the event in the stream, from 0
 */
sequence_number: number
/**
 * the whole answer (0.13.3 and up)
 */
response: ResponsesCompleted
}
/**
 * The text begins. (0.13.3 and up)
 */
export interface ResponsesEventContentPartAdded {
/**
 * kind of event
 */
type: "response.content_part.added"
/**
 * place of the event in the stream, from 0
 */
sequence_number: number
/**
 * `msg_` and a number below 999999; not unique
 */
item_id: string
/**
 * place of the item in the output, from 0
 */
output_index: number
/**
 * place of the part in the item
 */
content_index: 0
/**
 * the part
 */
part: {
/**
 * kind of part
 */
type: "output_text"
/**
 * the text, which the deltas bring
 */
text: ""
/**
 * always empty (0.14.2 and up)
 * 
 * @maxItems 0
 */
annotations: unknown[]
/**
 * always empty (0.14.2 and up)
 * 
 * @maxItems 0
 */
logprobs: unknown[]
}
}
/**
 * The text is complete. (0.13.3 and up)
 */
export interface ResponsesEventContentPartDone {
/**
 * kind of event
 */
type: "response.content_part.done"
/**
 * place of the event in the stream, from 0
 */
sequence_number: number
/**
 * `msg_` and a number below 999999; not unique
 */
item_id: string
/**
 * place of the item in the output, from 0
 */
output_index: number
/**
 * place of the part in the item
 */
content_index: 0
/**
 * the whole part (0.13.3 and up)
 */
part: ResponsesContent
}
/**
 * The first event of a stream. (0.13.3 and up)
 */
export interface ResponsesEventCreated {
/**
 * kind of event
 */
type: "response.created"
/**
 * place of the event in the stream, from 0
 */
sequence_number: number
/**
 * the answer, as yet without output (0.13.3 and up)
 */
response: ResponsesStarted
}
/**
 * The answer without output, and most of what was asked. (0.13.3 and up)
 */
export interface ResponsesStarted {
/**
 * `resp_` and a number below 999999; not unique
 */
id: string
/**
 * kind of object
 */
object: "response"
/**
 * Unix time, in seconds (0.14.2 and up)
 */
created_at: number
/**
 * null until the end (0.14.2 and up)
 */
completed_at: null
/**
 * state of the answer
 */
status: "in_progress"
/**
 * always null, also when the limit of tokens was reached (0.14.2 and up)
 */
incomplete_details: null
/**
 * name of the model as sent (0.14.2 and up)
 */
model: string
/**
 * always null: nothing is kept (0.14.2 and up)
 */
previous_response_id: null
/**
 * as sent; null when absent or empty (0.14.2 and up)
 */
instructions: (string | null)
/**
 * nothing yet
 * 
 * @maxItems 0
 */
output: unknown[]
/**
 * null: what fails has an answer of another form (0.14.2 and up)
 */
error: null
/**
 * as sent; empty when absent (0.14.2 and up)
 */
tools: {
/**
 * as sent
 */
type: string
/**
 * as sent; empty when absent
 */
name: string
/**
 * as sent; null when absent
 */
description: (string | null)
/**
 * as sent; null when absent
 */
strict: (boolean | null)
/**
 * as sent; null when absent
 */
parameters: ({
[k: string]: unknown
} | null)
}[]
/**
 * always `auto`, whatever was sent (0.14.2 and up)
 */
tool_choice: "auto"
/**
 * as sent; `disabled` when absent (0.14.2 and up)
 */
truncation: string
/**
 * always true, whatever was sent (0.14.2 and up)
 */
parallel_tool_calls: true
/**
 * form of the output (0.14.2 and up)
 */
text: {
/**
 * form of the output
 */
format: {
/**
 * as sent
 */
type: string
/**
 * as sent; left out when empty
 */
name?: string
/**
 * as sent, be it a schema or not
 */
schema?: {
[k: string]: unknown
}
/**
 * as sent; left out when absent
 */
strict?: boolean
}
}
/**
 * as sent; 1 when absent, although that of the model applies (0.14.2 and up)
 */
top_p: number
/**
 * always 0 (0.14.2 and up)
 */
presence_penalty: 0
/**
 * always 0 (0.14.2 and up)
 */
frequency_penalty: 0
/**
 * always 0 (0.14.2 and up)
 */
top_logprobs: 0
/**
 * as sent; 1 when absent (0.14.2 and up)
 */
temperature: number
/**
 * as sent; null when absent (0.14.2 and up)
 */
reasoning: ({
/**
 * as sent; null when absent
 */
effort: (string | null)
/**
 * as sent; null when absent
 */
summary: (string | null)
} | null)
/**
 * null until the end (0.14.2 and up)
 */
usage: null
/**
 * as sent; null when absent (0.14.2 and up)
 */
max_output_tokens: (number | null)
/**
 * always null (0.14.2 and up)
 */
max_tool_calls: null
/**
 * always false: nothing is kept (0.14.2 and up)
 */
store: false
/**
 * as sent; false when absent, and never in the background (0.14.2 and up)
 */
background: boolean
/**
 * always `default` (0.14.2 and up)
 */
service_tier: "default"
/**
 * always empty, whatever was sent (0.14.2 and up)
 */
metadata: {
[k: string]: unknown
}
/**
 * always null (0.14.2 and up)
 */
safety_identifier: null
/**
 * always null (0.14.2 and up)
 */
prompt_cache_key: null
}
/**
 * The last event of a stream whose web search failed. (0.32.10 and up)
 */
export interface ResponsesEventFailed {
/**
 * kind of event
 */
type: "response.failed"
/**
 * place of the event in the stream, from 0
 */
sequence_number: number
/**
 * the answer
 */
response: {
/**
 * `resp_` and a number below 999999; not unique
 */
id: string
/**
 * kind of object
 */
object: "response"
/**
 * state of the answer
 */
status: "failed"
/**
 * name of the model as sent
 */
model: string
/**
 * empty, whatever was sent before
 * 
 * @maxItems 0
 */
output: unknown[]
/**
 * what went wrong
 */
error: {
/**
 * kind of error
 */
code: ("api_error" | "authentication_error" | "rate_limit_exceeded")
/**
 * the text
 */
message: string
}
/**
 * tokens of prompt and answer
 */
usage: {
/**
 * tokens of the prompt
 */
input_tokens: number
/**
 * tokens generated, with the end-of-sequence token
 */
output_tokens: number
/**
 * sum of both
 */
total_tokens: number
}
}
}
/**
 * The arguments of a call. (0.13.3 and up)
 */
export interface ResponsesEventFunctionCallArgumentsDelta {
/**
 * kind of event
 */
type: "response.function_call_arguments.delta"
/**
 * place of the event in the stream, from 0
 */
sequence_number: number
/**
 * `fc_`, a number below 999999, or the `id` of the answer where it is not streamed, and the place of the call
 */
item_id: string
/**
 * place of the item in the output, from 0
 */
output_index: number
/**
 * the arguments as JSON, all at once
 */
delta: string
}
/**
 * The arguments are complete. (0.13.3 and up)
 */
export interface ResponsesEventFunctionCallArgumentsDone {
/**
 * kind of event
 */
type: "response.function_call_arguments.done"
/**
 * place of the event in the stream, from 0
 */
sequence_number: number
/**
 * `fc_`, a number below 999999, or the `id` of the answer where it is not streamed, and the place of the call
 */
item_id: string
/**
 * place of the item in the output, from 0
 */
output_index: number
/**
 * the arguments as JSON
 */
arguments: string
}
/**
 * The second event of a stream. (0.13.3 and up)
 */
export interface ResponsesEventInProgress {
/**
 * kind of event
 */
type: "response.in_progress"
/**
 * place of the event in the stream, from 0
 */
sequence_number: number
/**
 * the answer, as yet without output (0.13.3 and up)
 */
response: ResponsesStarted
}
/**
 * The model calls a tool. (0.13.3 and up)
 */
export interface ResponsesEventOutputItemAddedFunctionCall {
/**
 * kind of event
 */
type: "response.output_item.added"
/**
 * place of the event in the stream, from 0
 */
sequence_number: number
/**
 * place of the item in the output, from 0
 */
output_index: number
/**
 * the item
 */
item: {
/**
 * `fc_`, a number below 999999, or the `id` of the answer where it is not streamed, and the place of the call
 */
id: string
/**
 * kind of item
 */
type: "function_call"
/**
 * state of the item
 */
status: "in_progress"
/**
 * identifier of the call, `call_` and 8 letters or digits
 */
call_id: string
/**
 * name of the tool; empty for a web search before 0.32.10
 */
name: string
/**
 * the arguments, which the delta brings
 */
arguments: ""
}
}
/**
 * The model begins to speak. (0.13.3 and up)
 */
export interface ResponsesEventOutputItemAddedMessage {
/**
 * kind of event
 */
type: "response.output_item.added"
/**
 * place of the event in the stream, from 0
 */
sequence_number: number
/**
 * place of the item in the output, from 0
 */
output_index: number
/**
 * the item
 */
item: {
/**
 * `msg_` and a number below 999999; not unique
 */
id: string
/**
 * kind of item
 */
type: "message"
/**
 * state of the item
 */
status: "in_progress"
/**
 * who speaks
 */
role: "assistant"
/**
 * nothing yet
 * 
 * @maxItems 0
 */
content: unknown[]
}
}
/**
 * The model begins to think. (0.13.3 and up)
 */
export interface ResponsesEventOutputItemAddedReasoning {
/**
 * kind of event
 */
type: "response.output_item.added"
/**
 * place of the event in the stream, from 0
 */
sequence_number: number
/**
 * place of the item in the output, from 0
 */
output_index: number
/**
 * the item
 */
item: {
/**
 * `rs_` and a number below 999999, or the `id` of the answer where it is not streamed
 */
id: string
/**
 * kind of item
 */
type: "reasoning"
/**
 * nothing yet
 * 
 * @maxItems 0
 */
summary: unknown[]
}
}
/**
 * The server begins to search the web. (0.32.10 and up)
 */
export interface ResponsesEventOutputItemAddedWebSearchCall {
/**
 * kind of event
 */
type: "response.output_item.added"
/**
 * place of the event in the stream, from 0
 */
sequence_number: number
/**
 * place of the item in the output, from 0
 */
output_index: number
/**
 * the item
 */
item: {
/**
 * `ws_`, the number of the answer, and which search it is
 */
id: string
/**
 * kind of item
 */
type: "web_search_call"
/**
 * state of the item
 */
status: "in_progress"
/**
 * what the search does
 */
action: {
/**
 * kind of action
 */
type: "search"
/**
 * what is searched for
 */
query: string
}
}
}
/**
 * The call is complete. (0.13.3 and up)
 */
export interface ResponsesEventOutputItemDoneFunctionCall {
/**
 * kind of event
 */
type: "response.output_item.done"
/**
 * place of the event in the stream, from 0
 */
sequence_number: number
/**
 * place of the item in the output, from 0
 */
output_index: number
/**
 * the whole item (0.13.3 and up)
 */
item: ResponsesItemFunctionCall
}
/**
 * The model has spoken. (0.13.3 and up)
 */
export interface ResponsesEventOutputItemDoneMessage {
/**
 * kind of event
 */
type: "response.output_item.done"
/**
 * place of the event in the stream, from 0
 */
sequence_number: number
/**
 * place of the item in the output, from 0
 */
output_index: number
/**
 * the whole item (0.13.3 and up)
 */
item: ResponsesItemMessage
}
/**
 * The model has thought. (0.13.3 and up)
 */
export interface ResponsesEventOutputItemDoneReasoning {
/**
 * kind of event
 */
type: "response.output_item.done"
/**
 * place of the event in the stream, from 0
 */
sequence_number: number
/**
 * place of the item in the output, from 0
 */
output_index: number
/**
 * the whole item (0.13.3 and up)
 */
item: ResponsesItemReasoning
}
/**
 * The search is over. (0.32.10 and up)
 */
export interface ResponsesEventOutputItemDoneWebSearchCall {
/**
 * kind of event
 */
type: "response.output_item.done"
/**
 * place of the event in the stream, from 0
 */
sequence_number: number
/**
 * place of the item in the output, from 0
 */
output_index: number
/**
 * the whole item (0.32.10 and up)
 */
item: ResponsesItemWebSearchCall
}
/**
 * More text. (0.13.3 and up)
 */
export interface ResponsesEventOutputTextDelta {
/**
 * kind of event
 */
type: "response.output_text.delta"
/**
 * place of the event in the stream, from 0
 */
sequence_number: number
/**
 * `msg_` and a number below 999999; not unique
 */
item_id: string
/**
 * place of the item in the output, from 0
 */
output_index: number
/**
 * place of the part in the item
 */
content_index: 0
/**
 * text since the event before
 */
delta: string
/**
 * always empty (0.14.2 and up)
 * 
 * @maxItems 0
 */
logprobs: unknown[]
}
/**
 * The text is complete. (0.13.3 and up)
 */
export interface ResponsesEventOutputTextDone {
/**
 * kind of event
 */
type: "response.output_text.done"
/**
 * place of the event in the stream, from 0
 */
sequence_number: number
/**
 * `msg_` and a number below 999999; not unique
 */
item_id: string
/**
 * place of the item in the output, from 0
 */
output_index: number
/**
 * place of the part in the item
 */
content_index: 0
/**
 * the whole text
 */
text: string
/**
 * always empty (0.14.2 and up)
 * 
 * @maxItems 0
 */
logprobs: unknown[]
}
/**
 * More thoughts. (0.13.3 and up)
 */
export interface ResponsesEventReasoningSummaryTextDelta {
/**
 * kind of event
 */
type: "response.reasoning_summary_text.delta"
/**
 * place of the event in the stream, from 0
 */
sequence_number: number
/**
 * `rs_` and a number below 999999, or the `id` of the answer where it is not streamed
 */
item_id: string
/**
 * place of the item in the output, from 0
 */
output_index: number
/**
 * place of the part in the summary (0.14.2 and up)
 */
summary_index: 0
/**
 * thoughts since the event before
 */
delta: string
}
/**
 * The thoughts are complete. (0.13.3 and up)
 */
export interface ResponsesEventReasoningSummaryTextDone {
/**
 * kind of event
 */
type: "response.reasoning_summary_text.done"
/**
 * place of the event in the stream, from 0
 */
sequence_number: number
/**
 * `rs_` and a number below 999999, or the `id` of the answer where it is not streamed
 */
item_id: string
/**
 * place of the item in the output, from 0
 */
output_index: number
/**
 * place of the part in the summary (0.14.2 and up)
 */
summary_index: 0
/**
 * all the thoughts
 */
text: string
}
/**
 * The search has results. (0.32.10 and up)
 */
export interface ResponsesEventWebSearchCallCompleted {
/**
 * kind of event
 */
type: "response.web_search_call.completed"
/**
 * place of the event in the stream, from 0
 */
sequence_number: number
/**
 * `ws_`, the number of the answer, and which search it is
 */
item_id: string
/**
 * place of the item in the output, from 0
 */
output_index: number
}
/**
 * A search begins. (0.32.10 and up)
 */
export interface ResponsesEventWebSearchCallInProgress {
/**
 * kind of event
 */
type: "response.web_search_call.in_progress"
/**
 * place of the event in the stream, from 0
 */
sequence_number: number
/**
 * `ws_`, the number of the answer, and which search it is
 */
item_id: string
/**
 * place of the item in the output, from 0
 */
output_index: number
}
/**
 * The server asks for results. (0.32.10 and up)
 */
export interface ResponsesEventWebSearchCallSearching {
/**
 * kind of event
 */
type: "response.web_search_call.searching"
/**
 * place of the event in the stream, from 0
 */
sequence_number: number
/**
 * `ws_`, the number of the answer, and which search it is
 */
item_id: string
/**
 * place of the item in the output, from 0
 */
output_index: number
}
/**
 * Asks for an answer, in the form of the Responses API of OpenAI; nothing is kept for a later request. (0.13.3 and up)
 */
export interface ResponsesRequest {
/**
 * name of the model
 */
model: string
/**
 * a text, or the conversation so far; when empty the model is only loaded
 */
input?: (string | {
/**
 * kind of item; a message when absent beside `role`
 */
type?: ("message" | "function_call" | "function_call_output" | "reasoning" | "web_search_call")
/**
 * who speaks: `user`, `assistant`, `system`, `developer`; not checked
 */
role?: string
/**
 * the text of a message, or its parts
 */
content?: (string | {
/**
 * kind of part
 */
type: ("input_text" | "input_image" | "output_text")
/**
 * the text
 */
text?: string
/**
 * how closely to look at the image; not used
 */
detail?: string
/**
 * the image as a `data:` URL
 */
image_url?: string
/**
 * an uploaded image; skipped
 */
file_id?: string
}[])
/**
 * identifier of the item; not used
 */
id?: string
/**
 * identifier of a tool call, the same in call and result
 */
call_id?: string
/**
 * name of the tool that was called
 */
name?: string
/**
 * arguments of the call as JSON
 */
arguments?: string
/**
 * the result of a tool: a text, or parts since 0.20.4
 */
output?: (string | {
/**
 * kind of part
 */
type: ("input_text" | "input_image" | "output_text")
/**
 * the text
 */
text?: string
/**
 * how closely to look at the image; not used
 */
detail?: string
/**
 * the image as a `data:` URL
 */
image_url?: string
/**
 * an uploaded image; skipped
 */
file_id?: string
}[])
/**
 * earlier thoughts in short; not used
 */
summary?: {
/**
 * kind of part
 */
type: "summary_text"
/**
 * the text
 */
text: string
}[]
/**
 * earlier thoughts, which are put in the template of the model
 */
encrypted_content?: string
/**
 * state of a web search; not used (0.32.10 and up)
 */
status?: string
/**
 * what a web search did; not used (0.32.10 and up)
 */
action?: {
/**
 * kind of action
 */
type: "search"
/**
 * what was searched for
 */
query: string
}
}[] | null)
/**
 * a system message in front of the input
 */
instructions?: string
/**
 * most tokens to generate
 */
max_output_tokens?: (number | null)
/**
 * divides the logits; 1 when absent
 */
temperature?: (number | null)
/**
 * sample from the likeliest tokens with this total probability; that of the model when absent
 */
top_p?: (number | null)
/**
 * answer as server-sent events; false when absent
 */
stream?: (boolean | null)
/**
 * tools that the model may call
 */
tools?: {
/**
 * `function`; `namespace` for a group of tools since 0.32.7; `web_search` for a search by the server since 0.32.10
 */
type: string
/**
 * name of the tool
 */
name?: string
/**
 * what it is for, for the model
 */
description?: (string | null)
/**
 * echoed, without effect
 */
strict?: (boolean | null)
/**
 * JSON Schema of its arguments
 */
parameters?: ({
[k: string]: unknown
} | null)
/**
 * the tools of a namespace; their names get its name and a dot in front (0.32.7 and up)
 */
tools?: {
/**
 * `function`; `namespace` for a group of tools since 0.32.7; `web_search` for a search by the server since 0.32.10
 */
type: string
/**
 * name of the tool
 */
name?: string
/**
 * what it is for, for the model
 */
description?: (string | null)
/**
 * echoed, without effect
 */
strict?: (boolean | null)
/**
 * JSON Schema of its arguments
 */
parameters?: ({
[k: string]: unknown
} | null)
}[]
}[]
/**
 * how the model thinks
 */
reasoning?: {
/**
 * how much the model thinks: `none`, `low`, `medium`, `high`, `max`, since 0.32.11 also `minimal`, `xhigh` and `ultra`; echoed without effect before 0.22.0
 */
effort?: string
/**
 * echoed, without effect
 */
summary?: string
/**
 * ignored
 */
generate_summary?: string
}
/**
 * form of the output
 */
text?: {
/**
 * form of the output
 */
format?: {
/**
 * constraint on the output: `json_schema` for one; `json_object` is ignored
 */
type: ("text" | "json_schema" | "json_object")
/**
 * name of the schema; echoed, without effect
 */
name?: string
/**
 * JSON Schema of the output
 */
schema?: {
[k: string]: unknown
}
/**
 * echoed, without effect
 */
strict?: (boolean | null)
}
}
/**
 * echoed, without effect
 */
truncation?: (string | null)
/**
 * echoed, without effect
 */
background?: boolean
/**
 * ignored
 */
include?: string[]
/**
 * ignored
 */
conversation?: (string | {
[k: string]: unknown
} | null)
}
/**
 * The answer, and most of what was asked. (0.13.3 and up)
 */
export interface ResponsesResponse {
/**
 * `resp_` and a number below 999999; not unique
 */
id: string
/**
 * kind of object
 */
object: "response"
/**
 * Unix time, in seconds
 */
created_at: number
/**
 * Unix time of the end, in seconds (0.14.2 and up)
 */
completed_at: number
/**
 * state of the answer
 */
status: "completed"
/**
 * always null, also when the limit of tokens was reached (0.14.2 and up)
 */
incomplete_details: null
/**
 * name of the model as sent
 */
model: string
/**
 * always null: nothing is kept (0.14.2 and up)
 */
previous_response_id: null
/**
 * as sent; null when absent or empty (0.14.2 and up)
 */
instructions: (string | null)
/**
 * thoughts, then tool calls or else the text
 * 
 * @minItems 1
 */
output: ({
/**
 * `msg_` and a number below 999999; not unique
 */
id: string
/**
 * kind of item
 */
type: "message"
/**
 * state of the item
 */
status: "completed"
/**
 * who speaks
 */
role: "assistant"
/**
 * one part
 * 
 * @minItems 1
 * @maxItems 1
 * 
 * Items: What the model says. (0.13.3 and up)
 */
content: {
/**
 * kind of part
 */
type: "output_text"
/**
 * the text
 */
text: string
/**
 * always empty (0.14.2 and up)
 * 
 * @maxItems 0
 */
annotations: unknown[]
/**
 * always empty (0.14.2 and up)
 * 
 * @maxItems 0
 */
logprobs: unknown[]
}[]
} | {
/**
 * `rs_` and a number below 999999, or the `id` of the answer where it is not streamed
 */
id: string
/**
 * kind of item
 */
type: "reasoning"
/**
 * one part
 * 
 * @minItems 1
 * @maxItems 1
 */
summary: {
/**
 * kind of part
 */
type: "summary_text"
/**
 * all the thoughts
 */
text: string
}[]
/**
 * all the thoughts, not encrypted
 */
encrypted_content: string
} | {
/**
 * `fc_`, a number below 999999, or the `id` of the answer where it is not streamed, and the place of the call
 */
id: string
/**
 * kind of item
 */
type: "function_call"
/**
 * state of the item; left out of answers that are not streamed before 0.14.2
 */
status?: "completed"
/**
 * identifier of the call, `call_` and 8 letters or digits
 */
call_id: string
/**
 * name of the tool; empty for a web search before 0.32.10
 */
name: string
/**
 * the arguments as JSON
 */
arguments: string
} | {
/**
 * `ws_`, the number of the answer, and which search it is
 */
id: string
/**
 * kind of item
 */
type: "web_search_call"
/**
 * state of the item
 */
status: "completed"
/**
 * what the search does
 */
action: {
/**
 * kind of action
 */
type: "search"
/**
 * what is searched for
 */
query: string
}
})[]
/**
 * null: what fails has an answer of another form (0.14.2 and up)
 */
error: null
/**
 * as sent; empty when absent (0.14.2 and up)
 */
tools: {
/**
 * as sent
 */
type: string
/**
 * as sent; empty when absent
 */
name: string
/**
 * as sent; null when absent
 */
description: (string | null)
/**
 * as sent; null when absent
 */
strict: (boolean | null)
/**
 * as sent; null when absent
 */
parameters: ({
[k: string]: unknown
} | null)
/**
 * the tools of a namespace as sent (0.32.7 and up)
 * 
 * @minItems 1
 */
tools?: {
/**
 * as sent
 */
type: string
/**
 * as sent; empty when absent
 */
name: string
/**
 * as sent; null when absent
 */
description: (string | null)
/**
 * as sent; null when absent
 */
strict: (boolean | null)
/**
 * as sent; null when absent
 */
parameters: ({
[k: string]: unknown
} | null)
}[]
}[]
/**
 * always `auto`, whatever was sent (0.14.2 and up)
 */
tool_choice: "auto"
/**
 * as sent; `disabled` when absent (0.14.2 and up)
 */
truncation: string
/**
 * always true, whatever was sent (0.14.2 and up)
 */
parallel_tool_calls: true
/**
 * form of the output (0.14.2 and up)
 */
text: {
/**
 * form of the output
 */
format: {
/**
 * as sent
 */
type: string
/**
 * as sent; left out when empty
 */
name?: string
/**
 * as sent, be it a schema or not
 */
schema?: {
[k: string]: unknown
}
/**
 * as sent; left out when absent
 */
strict?: boolean
}
}
/**
 * as sent; 1 when absent, although that of the model applies (0.14.2 and up)
 */
top_p: number
/**
 * always 0 (0.14.2 and up)
 */
presence_penalty: 0
/**
 * always 0 (0.14.2 and up)
 */
frequency_penalty: 0
/**
 * always 0 (0.14.2 and up)
 */
top_logprobs: 0
/**
 * as sent; 1 when absent (0.14.2 and up)
 */
temperature: number
/**
 * as sent; null when absent (0.14.2 and up)
 */
reasoning: ({
/**
 * as sent; left out when absent
 */
effort?: string
/**
 * as sent; left out when absent
 */
summary?: string
} | null)
/**
 * tokens of prompt and answer; zeros when nothing was generated
 */
usage: {
/**
 * tokens of the prompt
 */
input_tokens: number
/**
 * tokens generated, with the end-of-sequence token
 */
output_tokens: number
/**
 * sum of both
 */
total_tokens: number
/**
 * of the prompt (0.14.2 and up)
 */
input_tokens_details: {
/**
 * always 0
 */
cached_tokens: 0
}
/**
 * of the answer (0.14.2 and up)
 */
output_tokens_details: {
/**
 * always 0
 */
reasoning_tokens: 0
}
}
/**
 * as sent; null when absent (0.14.2 and up)
 */
max_output_tokens: (number | null)
/**
 * always null (0.14.2 and up)
 */
max_tool_calls: null
/**
 * always false: nothing is kept (0.14.2 and up)
 */
store: false
/**
 * as sent; false when absent, and never in the background (0.14.2 and up)
 */
background: boolean
/**
 * always `default` (0.14.2 and up)
 */
service_tier: "default"
/**
 * always empty, whatever was sent (0.14.2 and up)
 */
metadata: {
[k: string]: unknown
}
/**
 * always null (0.14.2 and up)
 */
safety_identifier: null
/**
 * always null (0.14.2 and up)
 */
prompt_cache_key: null
}
/**
 * What `info` said of it when it was made, and where it runs.
 */
export interface ShowRemote {
/**
 * Modelfile that would make the model, with the path of the blob on the server
 */
modelfile: string
/**
 * lines of name and value, in random order
 */
parameters?: string
/**
 * template of the prompt
 */
template?: string
/**
 * system message
 */
system?: string
/**
 * kind and size of the model
 */
details: ModelDetails
/**
 * conversation put in front of every request
 * 
 * @minItems 1
 */
messages?: {
/**
 * who speaks
 */
role: string
/**
 * the text
 */
content: string
}[]
/**
 * name of the model on the remote server; remote models only
 */
remote_model: string
/**
 * URL of the remote server; remote models only
 */
remote_host: string
/**
 * what `info` said, in the names of GGUF metadata; empty where it said nothing
 */
model_info?: {
[k: string]: string | number
}
/**
 * what the model can do, left out when nothing
 * 
 * @minItems 1
 */
capabilities?: ("completion" | "tools" | "insert" | "vision" | "embedding" | "thinking" | "image" | "audio")[]
/**
 * when the model was last made or changed
 */
modified_at: string
}
/**
 * Names the model.
 */
export interface ShowRequest {
/**
 * name of the model
 */
model?: (string | null)
/**
 * the same (deprecated)
 */
name?: (string | null)
/**
 * shown in place of the system message of the model
 */
system?: (string | null)
/**
 * without effect
 */
template?: (string | null)
/**
 * give arrays in model_info and projector_info in full
 */
verbose?: (boolean | null)
/**
 * shown in the Modelfile over the parameters of the model
 */
options?: Options
}
/**
 * All about one model.
 */
export interface ShowResponse {
/**
 * licenses, joined by newlines
 */
license?: string
/**
 * Modelfile that would make the model, with the path of the blob on the server
 */
modelfile: string
/**
 * lines of name and value, in random order
 */
parameters?: string
/**
 * template of the prompt
 */
template?: string
/**
 * system message
 */
system?: string
/**
 * kind and size of the model
 */
details: ModelDetails
/**
 * conversation put in front of every request
 * 
 * @minItems 1
 */
messages?: {
/**
 * who speaks
 */
role: string
/**
 * the text
 */
content: string
/**
 * pictures, in base64; only in what ollama.com says of a model
 */
images?: string[]
}[]
/**
 * metadata of the GGUF file, without general.name and tokenizer.chat_template, by names that begin with the architecture; long arrays are null unless verbose; left out when empty before 0.14.3
 */
model_info?: {
/**
 * architecture of the model; clients find its window by it, as `llama.context_length`
 */
"general.architecture": string
[k: string]: string | number | boolean | unknown[] | null
}
/**
 * metadata of the projector file
 */
projector_info?: {
[k: string]: string | number | boolean | unknown[] | null
}
/**
 * tensors of the GGUF file (0.6.1 and up)
 * 
 * @minItems 1
 */
tensors?: {
/**
 * name, as `blk.0.attn_q.weight`
 */
name: string
/**
 * type of the numbers, as `F32`
 */
type: string
/**
 * length in each dimension
 */
shape: number[]
}[]
/**
 * what the model can do, left out when nothing (0.6.4 and up)
 * 
 * @minItems 1
 */
capabilities?: ("completion" | "tools" | "insert" | "vision" | "embedding" | "thinking" | "image" | "audio")[]
/**
 * when the model was last made or changed
 */
modified_at: string
/**
 * least version of Ollama that can run the model (0.14.0 and up)
 */
requires?: string
}
/**
 * What the server may use.
 */
export interface StatusResponse {
/**
 * models and search of ollama.com
 */
cloud: {
/**
 * they may not be used
 */
disabled: boolean
/**
 * what disabled them: nothing, OLLAMA_NO_CLOUD, the file server.json, or both
 */
source: ("none" | "env" | "config" | "both")
}
}
/**
 * The blob that the `config` of a manifest names; template, system message and parameters are not in it.
 */
export interface StoredModelConfig {
/**
 * format of the weights, `gguf` or `safetensors`; `""` for a remote model
 */
model_format: string
/**
 * architecture, as `llama`
 */
model_family: string
/**
 * all architectures in the model, null when none is known
 */
model_families: (string[] | null)
/**
 * number of weights for people, as `7.6B` or `217.73K`
 */
model_type: string
/**
 * type of the weights, as `Q4_K_M`, or `unknown`
 */
file_type: string
/**
 * built-in renderer (0.12.0 and up)
 */
renderer?: string
/**
 * built-in parser of the output (0.12.0 and up)
 */
parser?: string
/**
 * least version of Ollama that can run the model (0.14.0 and up)
 */
requires?: string
/**
 * URL of the remote server; remote models only (0.12.0 and up)
 */
remote_host?: string
/**
 * name of the model on the remote server; remote models only (0.12.0 and up)
 */
remote_model?: string
/**
 * what the model can do, as `info` of its create said (0.12.0 and up)
 * 
 * @minItems 1
 */
capabilities?: string[]
/**
 * context the model was trained for, in tokens, as `info` said (0.12.0 and up)
 */
context_length?: number
/**
 * length of an embedding vector, as `info` said (0.12.0 and up)
 */
embedding_length?: number
/**
 * name of the family of models, as `info` said (0.12.0 and up)
 */
base_name?: string
/**
 * the draft model in the same manifest (0.23.1 and up)
 */
draft?: {
/**
 * format of its weights
 */
model_format?: string
/**
 * its architecture
 */
architecture?: string
/**
 * what the names of its tensors begin with
 */
tensor_prefix?: string
/**
 * name of its file of configuration
 */
config?: string
}
/**
 * what an image of a container would run on, always `amd64`
 */
architecture: "amd64"
/**
 * what an image of a container would run on, always `linux`
 */
os: "linux"
/**
 * the layers once more (before 0.32.7)
 */
rootfs: {
/**
 * kind of the list
 */
type: "layers"
/**
 * digests of the layers, in their order
 * 
 * Items: SHA-256 as `sha256:` and 64 hex digits
 */
diff_ids: string[]
}
}
/**
 * The file under manifests/ that says which blobs a model consists of; so it is pushed, too.
 */
export interface StoredModelManifest {
/**
 * version of the format
 */
schemaVersion: 2
/**
 * what the manifest is
 */
mediaType: "application/vnd.docker.distribution.manifest.v2+json"
/**
 * blob with the configuration
 */
config: {
/**
 * what the blob is
 */
mediaType: "application/vnd.docker.container.image.v1+json"
/**
 * digest of the blob
 */
digest: string
/**
 * size of the blob, in bytes
 */
size: number
}
/**
 * parts of the model, in their order; null when there is none, as for a remote model
 */
layers: ({
/**
 * what the blob is: weights, adapter, projector, template, system message, license, parameters, messages, draft model, tensor or a file of configuration
 */
mediaType: string
/**
 * digest of the blob
 */
digest: string
/**
 * size of the blob, in bytes
 */
size: number
/**
 * name of the model that the layer was taken from, left out for a new one
 */
from?: string
/**
 * name of the tensor (0.14.0 and up)
 */
name?: string
}[] | null)
}
/**
 * The layer of parameters: options by name as they were given; neither names nor types are checked.
 */
export interface StoredModelParams {
[k: string]: string | number | boolean | unknown[]
}
/**
 * The stored models.
 */
export interface TagsResponse {
/**
 * models on this server, newest first
 */
models: {
/**
 * short name with tag
 */
name: string
/**
 * the same
 */
model: string
/**
 * when the model was last made or changed
 */
modified_at: string
/**
 * sum of all layers, in bytes
 */
size: number
/**
 * digest of the manifest
 */
digest: string
/**
 * kind and size of the model
 */
details: ModelDetails
/**
 * name of the model on the remote server; remote models only (0.12.0 and up)
 */
remote_model?: string
/**
 * URL of the remote server; remote models only (0.12.0 and up)
 */
remote_host?: string
/**
 * what the model can do, left out when nothing (0.30.0 and up)
 * 
 * @minItems 1
 */
capabilities?: ("completion" | "tools" | "insert" | "vision" | "embedding" | "thinking" | "image" | "audio")[]
}[]
}
/**
 * The version of the server.
 */
export interface VersionResponse {
/**
 * version without a leading `v`, `0.0.0` for an unstamped build
 */
version: string
}
/**
 * Which page to fetch; the server hands it on as it is.
 */
export interface WebFetchRequest {
/**
 * address of the page
 */
url: string
}
/**
 * The page that ollama.com fetched.
 */
export interface WebFetchResponse {
/**
 * title of the page
 */
title: string
/**
 * text of the page
 */
content: string
/**
 * addresses on the page
 */
links?: string[]
}
/**
 * What to search for; the server hands it on as it is.
 */
export interface WebSearchRequest {
/**
 * what to search for
 */
query: string
/**
 * most results to give
 */
max_results?: number
}
/**
 * What ollama.com found.
 */
export interface WebSearchResponse {
/**
 * what was found
 */
results: {
/**
 * title of the page
 */
title: string
/**
 * address of the page
 */
url: string
/**
 * part of the page
 */
content: string
}[]
}

/** What each route takes, and gives as JSON or as the records of a stream, errors included. */
export type Route =
  | {
      method: 'GET'
      path: `/`
      request: undefined
      json: never
      record: never
    }
  | {
      method: 'HEAD'
      path: `/`
      request: undefined
      json: never
      record: never
    }
  | {
      method: 'GET'
      path: `/api/version`
      request: undefined
      json: VersionResponse
      record: never
    }
  | {
      method: 'HEAD'
      path: `/api/version`
      request: undefined
      json: never
      record: never
    }
  | {
      method: 'GET'
      path: `/api/status`
      request: undefined
      json: StatusResponse
      record: never
    }
  | {
      method: 'POST'
      path: `/api/generate`
      request: GenerateRequest
      json: GenerateDebug | GenerateLoaded | GenerateChunk | GenerateResponse | AuthorizationError | RelayedError | Error
      record: ErrorRecord | GenerateLast | GenerateChunk | AuthorizationError | RelayedError
    }
  | {
      method: 'POST'
      path: `/api/chat`
      request: ChatRequest
      json: ChatDebug | ChatLoaded | ChatChunk | ChatResponse | AuthorizationError | RelayedError | Error
      record: ErrorRecord | ChatLast | ChatChunk | AuthorizationError | RelayedError
    }
  | {
      method: 'POST'
      path: `/api/embed`
      request: EmbedRequest
      json: EmbedLoaded | EmbedResponse | Error | EmbedOpaqueError
      record: never
    }
  | {
      method: 'POST'
      path: `/api/embed`
      request: EmbedRequest
      json: EmbedLoaded | EmbedResponse | Error
      record: never
    }
  | {
      method: 'POST'
      path: `/api/embeddings`
      request: EmbeddingsRequest
      json: EmbeddingsResponse | Error | EmbedOpaqueError
      record: never
    }
  | {
      method: 'POST'
      path: `/api/embeddings`
      request: EmbeddingsRequest
      json: EmbeddingsResponse | Error
      record: never
    }
  | {
      method: 'POST'
      path: `/api/create`
      request: CreateRequest
      json: CreateResponse | Error
      record: ErrorRecord | CreateProgress
    }
  | {
      method: 'POST'
      path: `/api/blobs/${string}`
      request: unknown
      json: Error
      record: never
    }
  | {
      method: 'HEAD'
      path: `/api/blobs/${string}`
      request: undefined
      json: never
      record: never
    }
  | {
      method: 'POST'
      path: `/api/show`
      request: ShowRequest
      json: ShowRemote | ShowResponse | Error
      record: never
    }
  | {
      method: 'GET'
      path: `/api/tags`
      request: undefined
      json: TagsResponse | Error
      record: never
    }
  | {
      method: 'HEAD'
      path: `/api/tags`
      request: undefined
      json: never
      record: never
    }
  | {
      method: 'GET'
      path: `/api/ps`
      request: undefined
      json: PsResponse | Error
      record: never
    }
  | {
      method: 'POST'
      path: `/api/copy`
      request: CopyRequest
      json: Error
      record: never
    }
  | {
      method: 'DELETE'
      path: `/api/delete`
      request: DeleteRequest
      json: DeleteError
      record: never
    }
  | {
      method: 'POST'
      path: `/api/pull`
      request: PullRequest
      json: PullResponse | Error
      record: ErrorRecord | PullProgress
    }
  | {
      method: 'POST'
      path: `/api/push`
      request: PushRequest
      json: PushResponse | Error
      record: ErrorRecord | PushProgress
    }
  | {
      method: 'POST'
      path: `/api/me`
      request: undefined
      json: MeNobody | MeResponse | AuthorizationError | Error
      record: never
    }
  | {
      method: 'POST'
      path: `/api/me`
      request: undefined
      json: MeResponse | AuthorizationError | Error
      record: never
    }
  | {
      method: 'POST'
      path: `/api/signout`
      request: undefined
      json: SignoutResponse | Error
      record: never
    }
  | {
      method: 'DELETE'
      path: `/api/user/keys/${string}`
      request: undefined
      json: SignoutResponse | Error
      record: never
    }
  | {
      method: 'GET'
      path: `/api/experimental/aliases`
      request: undefined
      json: AliasesList | Error
      record: never
    }
  | {
      method: 'POST'
      path: `/api/experimental/aliases`
      request: AliasesRequest
      json: AliasesAlias | Error
      record: never
    }
  | {
      method: 'DELETE'
      path: `/api/experimental/aliases`
      request: AliasesDeleteRequest
      json: AliasesDeleted | Error
      record: never
    }
  | {
      method: 'POST'
      path: `/api/experimental/web_search`
      request: WebSearchRequest
      json: WebSearchResponse | AuthorizationError | Error
      record: never
    }
  | {
      method: 'POST'
      path: `/api/experimental/web_fetch`
      request: WebFetchRequest
      json: WebFetchResponse | AuthorizationError | Error
      record: never
    }
  | {
      method: 'GET'
      path: `/api/experimental/model-recommendations`
      request: undefined
      json: ModelRecommendationsResponse
      record: never
    }
  | {
      method: 'POST'
      path: `/v1/chat/completions`
      request: OpenaiChatRequest
      json: OpenaiChatDebug | OpenaiChatResponse | OpenaiError
      record: Done | OpenaiChatUsage | OpenaiChatChunk
    }
  | {
      method: 'POST'
      path: `/v1/completions`
      request: LegacyCompletionsRequest
      json: LegacyCompletionsResponse | OpenaiError
      record: Done | LegacyCompletionsUsage | LegacyCompletionsChunk
    }
  | {
      method: 'POST'
      path: `/v1/embeddings`
      request: OpenaiEmbeddingsRequest
      json: OpenaiEmbeddingsResponse | OpenaiError
      record: never
    }
  | {
      method: 'GET'
      path: `/v1/models`
      request: undefined
      json: OpenaiModelsList | OpenaiError
      record: never
    }
  | {
      method: 'GET'
      path: `/v1/models/${string}`
      request: undefined
      json: OpenaiModelsModel | OpenaiError
      record: never
    }
  | {
      method: 'POST'
      path: `/v1/responses`
      request: ResponsesRequest
      json: ResponsesResponse | OpenaiError | Error
      record: ResponsesEventCreated | ResponsesEventInProgress | ResponsesEventOutputItemAddedMessage | ResponsesEventOutputItemAddedReasoning | ResponsesEventOutputItemAddedFunctionCall | ResponsesEventOutputItemAddedWebSearchCall | ResponsesEventContentPartAdded | ResponsesEventOutputTextDelta | ResponsesEventOutputTextDone | ResponsesEventReasoningSummaryTextDelta | ResponsesEventReasoningSummaryTextDone | ResponsesEventFunctionCallArgumentsDelta | ResponsesEventFunctionCallArgumentsDone | ResponsesEventWebSearchCallInProgress | ResponsesEventWebSearchCallSearching | ResponsesEventWebSearchCallCompleted | ResponsesEventContentPartDone | ResponsesEventOutputItemDoneMessage | ResponsesEventOutputItemDoneReasoning | ResponsesEventOutputItemDoneFunctionCall | ResponsesEventOutputItemDoneWebSearchCall | ResponsesEventCompleted | ResponsesEventFailed
    }
  | {
      method: 'POST'
      path: `/v1/messages`
      request: MessagesRequest
      json: MessagesResponse | MessagesError | Error
      record: MessagesEventMessageStart | MessagesEventContentBlockStartText | MessagesEventContentBlockStartThinking | MessagesEventContentBlockStartToolUse | MessagesEventContentBlockStartServerToolUse | MessagesEventContentBlockStartWebSearchToolResult | MessagesEventContentBlockDeltaText | MessagesEventContentBlockDeltaThinking | MessagesEventContentBlockDeltaInputJson | MessagesEventContentBlockStop | MessagesEventMessageDelta | MessagesEventMessageStop
    }
  | {
      method: 'POST'
      path: `/v1/images/generations`
      request: OpenaiImagesGeneration
      json: OpenaiImagesResponse | OpenaiImagesEarlyError
      record: never
    }
  | {
      method: 'POST'
      path: `/v1/images/generations`
      request: OpenaiImagesGeneration
      json: OpenaiImagesResponse | OpenaiError
      record: never
    }
  | {
      method: 'POST'
      path: `/v1/images/edits`
      request: OpenaiImagesEdit
      json: OpenaiImagesResponse | OpenaiError
      record: never
    }
  | {
      method: 'POST'
      path: `/v1/audio/transcriptions`
      request: OpenaiAudioRequest
      json: OpenaiAudioResponse | OpenaiError
      record: OpenaiAudioResponse | OpenaiAudioText
    }
  | {
      method: 'GET'
      path: `/v2/${string}/${string}/manifests/${string}`
      request: undefined
      json: StoredModelManifest
      record: never
    }
  | {
      method: 'PUT'
      path: `/v2/${string}/${string}/manifests/${string}`
      request: StoredModelManifest
      json: never
      record: never
    }
  | {
      method: 'GET'
      path: `/v2/${string}/${string}/blobs/${string}`
      request: undefined
      json: StoredModelConfig
      record: never
    }
  | {
      method: 'POST'
      path: `/v2/${string}/${string}/blobs/uploads/`
      request: unknown
      json: never
      record: never
    }
  | {
      method: 'PUT'
      path: `/answers`
      request: unknown
      json: never
      record: never
    }
  | {
      method: 'GET'
      path: `/requests`
      request: undefined
      json: never
      record: never
    }
  | {
      method: 'GET'
      path: `/left`
      request: undefined
      json: never
      record: never
    }
