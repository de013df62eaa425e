import type { Route as LlamaServerRoute } from '../../schemas/llama-server/types.ts'
import type { Route as OllamaRoute } from '../../schemas/ollama/types.ts'

/** What the answers to a request are: JSON, and the records of a stream. */
export type Answer = { json: unknown; records: unknown }

/** Of a route that is no route of the API. */
// oxlint-disable-next-line typescript/no-explicit-any -- nothing is known of it
export type AnyAnswer = { json: any; records: any[] }

/**
 * The answers of a route, by its method and path: every field that any of them has at any version, errors included. A
 * check may ask for each of them; what an answer lacks is seen when the check compares.
 */
export type AnswerOf<Method extends string, Path extends string> = [RouteOf<Method, Path>] extends [never]
  ? AnyAnswer
  : { json: Fields<RouteOf<Method, Path>['json']>; records: List<Fields<RouteOf<Method, Path>['record']>> }

type RouteOf<Method, Path, Routes = OllamaRoute | LlamaServerRoute> = Routes extends infer Each
  ? Each extends {
      method: Method
      path: infer Pattern extends string
      request: unknown
      json: unknown
      record: unknown
    }
    ? Path extends Pattern | `${Pattern}?${string}`
      ? Each
      : never
    : never
  : never

type Primitive = string | number | boolean | null | undefined

/** A value with all fields of the members of a union, each as if it were always there. */
export type Fields<Value> = unknown extends Value
  ? // oxlint-disable-next-line typescript/no-explicit-any -- the schema leaves it open
    any
  : [Exclude<Value, Primitive>] extends [never]
    ? NonNullable<Value>
    : TextOf<Value> & ListOf<Value> & ObjectOf<Value>

/** A text or else a number: nothing is both. */
type TextOf<Value> = [Extract<Value, string>] extends [never] ? NumberOf<Value> : string
type NumberOf<Value> = [Extract<Value, number>] extends [never] ? unknown : number
type ListOf<Value> = [Extract<Value, unknown[]>] extends [never] ? unknown : List<Fields<ItemOf<Value>>>
type ObjectOf<Value> = [Objects<Value>] extends [never]
  ? unknown
  : { [Key in KeyOf<Objects<Value>>]: Fields<ValueOf<Objects<Value>, Key>> }

/** Of an object with any fields, beside others, nothing is said. */
type Objects<Value> = [Named<Exclude<Value, Primitive | unknown[]>>] extends [never]
  ? Exclude<Value, Primitive | unknown[]>
  : Named<Exclude<Value, Primitive | unknown[]>>
type Named<Value> = Value extends object ? (string extends keyof Value ? never : Value) : never
/** Nothing is said of the items of an array that is always empty. */
type ItemOf<Value> = Value extends (infer Item)[] ? (unknown extends Item ? never : Item) : never
type KeyOf<Value> = Value extends object ? keyof Value : never
type ValueOf<Value, Key> = Value extends object ? (Key extends keyof Value ? Value[Key] : never) : never

/** An array whose items are there. */
interface List<Item> extends Array<Item> {
  0: Item
  1: Item
  2: Item
  at(index: number): Item
  filter<Kept extends Item>(condition: (item: Item, index: number, all: Item[]) => item is Kept): List<Kept>
  filter(condition: (item: Item, index: number, all: Item[]) => unknown): List<Item>
}

/** What a route takes, at any version; by one system where both have the path. */
export type BodyOf<
  Method extends string,
  Path extends string,
  Routes = OllamaRoute | LlamaServerRoute,
> = Sendable<RouteOf<Method, Path, Routes>['request']>

/** What is undefined is not sent. */
type Sendable<Value> = Value extends object
  ? { [Key in keyof Value]: Sendable<Value[Key]> | (object extends Pick<Value, Key> ? undefined : never) }
  : Value
