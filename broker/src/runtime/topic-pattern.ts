import { RE2JS } from 're2js';
import type { TopicPattern } from '../core/group/consumer/subscriptions.ts';

/** What was compiled last: members of a group say the same. */
const COMPILED_MAX = 1_000;
const compiled = new Map<string, TopicPattern>();

/**
 * A regular expression of a subscription, as Kafka's brokers read it: in the syntax of RE2, which takes linear time
 * whatever the expression, against the whole of a topic's name.
 */
export function topicPattern(regex: string): TopicPattern {
  const known = compiled.get(regex);
  if (known !== undefined) return known;
  const pattern = compile(regex);
  if (compiled.size >= COMPILED_MAX) compiled.clear();
  compiled.set(regex, pattern);
  return pattern;
}

function compile(regex: string): TopicPattern {
  try {
    const pattern = RE2JS.compile(regex);
    return (topic) => pattern.matches(topic);
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
