/** What `ask` answers to each body, by its name; one after the other. */
export async function answersTo<Body, Answer>(
  bodies: Record<string, Body>,
  ask: (body: Body) => Promise<Answer>,
): Promise<Record<string, Answer>> {
  const answers: Record<string, Answer> = {}
  for (const [name, body] of Object.entries(bodies)) answers[name] = await ask(body)
  return answers
}
