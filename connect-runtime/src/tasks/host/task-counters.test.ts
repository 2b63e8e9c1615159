import { describe, expect, it } from 'vitest';
import { TaskCounters } from './task-counters.ts';

describe('what a task says is wrong', () => {
  it('is the newest of each name, until it is taken back', () => {
    const counters = new TaskCounters({ connector: 'c', task: 0 });
    counters.notice('slot', 'It is about to lose its log.');
    counters.notice('tables', 'a is gone.');
    counters.notice('slot', 'It has lost its log.');
    expect(counters.row(0).notices).toEqual(['It has lost its log.', 'a is gone.']);
    counters.notice('slot', null);
    expect(counters.row(0).notices).toEqual(['a is gone.']);
  });

  it('is bounded in number and length', () => {
    const counters = new TaskCounters({ connector: 'c', task: 0 });
    for (let n = 0; n < 50; n++) counters.notice(`n${n}`, 'x'.repeat(10_000));
    const { notices } = counters.row(0);
    expect(notices).toHaveLength(20);
    expect(notices[0]).toHaveLength(500);
  });
});
