/** Greedy sampling, and an end after 8 tokens for models that know none: `options: GREEDY`. */
export const GREEDY = { temperature: 0, num_predict: 8 } as const

/** A message of a user. */
export const user = (content: string) => ({ role: 'user' as const, content })

/**
 * The level of thinking that the template of `models.leveller` is told, by what the model says: the letter after the
 * last one of the level, so `x` for `low`, and a space where there is none.
 */
export const LEVEL_TOLD: Record<string, string> = { ' ': 'none', x: 'low', n: 'medium', i: 'high', y: 'max' }
