/** How a command ends: everything is fine; what you hold to fails; or nothing could be judged. */
export const EXIT = { fine: 0, fails: 1, unjudged: 2 } as const
