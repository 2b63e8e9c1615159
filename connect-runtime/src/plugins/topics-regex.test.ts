import { describe, expect, test } from 'vitest';
import { subscriptionOf } from '../tasks/host/pipeline/redriven-records.ts';
import { topicsRegexOf } from './topics-regex.ts';

describe('topics.regex', () => {
  test.each([
    ['orders', 'orders', true],
    ['orders', 'orders-2', false],
    ['a|b', 'b', true],
    ['a|b', 'bc', false],
    ['(?i)ORD.*', 'orders', true],
    ['\\Qa.b\\E', 'a.b', true],
    ['\\Qa.b\\E', 'axb', false],
    ['\\p{Lower}+', 'abc', true],
  ])('%s reads %s: %s, as in Java', (regex, topic, reads) => {
    expect(topicsRegexOf({ 'topics.regex': regex })?.test(topic)).toBe(reads);
  });

  test('reads the topic of what is sent again too, and nothing near it', () => {
    const pattern = subscriptionOf({ 'topics.regex': '(?i)a|b' }, 'connect-x.y-redrive') as RegExp;
    expect(['A', 'b', 'connect-x.y-redrive'].every((topic) => pattern.test(topic))).toBe(true);
    expect(['ab', 'connect-xzy-redrive', 'connect-x.y-redrive2'].some((topic) => pattern.test(topic))).toBe(
      false,
    );
  });
});
