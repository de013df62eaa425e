import { models } from '../../fixtures/instruments/models.ts'
import { check } from '../../harness/check.ts'
import { complete, completeRequest, generate, wrong } from '../../harness/requests.ts'

check('legacy-completions.drops.top_k', async ({ client }) => {
  const sampled = { temperature: 1, seed: 7 }
  const options = { ...sampled, num_predict: 12 }
  const prompt = 'x'
  const model = models.distribution
  const free = await generate(client, { model, prompt, options })
  const narrow = await generate(client, { model, prompt, options: { ...options, top_k: 1 } })
  const legacyFree = await complete(client, { model, prompt, max_tokens: 12, ...sampled })
  const legacyNarrow = await client.send(
    wrong(completeRequest({ model, prompt, max_tokens: 12, ...sampled, top_k: 1 })),
  )
  return {
    generate_differs: free.json.response !== narrow.json.response,
    legacy_differs: legacyFree.json.choices[0].text !== legacyNarrow.json.choices[0].text,
  }
})
