import type { Actor } from '../access.ts';
import type { ConfigChangeContext } from '../ports.ts';

/** What the history of a config, and whoever guards it, is told of a change. */
export function changeOf(
  actor: Actor,
  check: ConfigChangeContext['check'] | null = null,
): ConfigChangeContext {
  return { by: actor.name, ...(check ? { check } : {}) };
}
