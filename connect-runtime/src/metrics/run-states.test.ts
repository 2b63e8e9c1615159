import { describe, expect, it } from 'vitest';
import { RunStates } from './run-states.ts';

describe('RunStates', () => {
  it('counts a start when it comes up, and a restart only after a failure', () => {
    const states = new RunStates();
    states.reported('c-0', { state: 'RUNNING' }, 0);
    states.reported('c-0', { state: 'PAUSED' }, 1);
    states.reported('c-0', { state: 'RUNNING' }, 2);
    expect(states.starts).toMatchObject({ succeeded: 1, failed: 0, attempts: 1 });
    states.reported('c-0', { state: 'RESTARTING', error: 'x' }, 3);
    states.reported('c-0', { state: 'RUNNING' }, 4);
    expect(states.starts).toMatchObject({ succeeded: 2, failed: 0 });
    expect(states.all(4).get('c-0')?.restarts).toBe(1);
    states.reported('c-0', { state: 'RESTARTING' }, 5);
    states.reported('c-0', { state: 'RUNNING' }, 6);
    expect(states.all(6).get('c-0')?.restarts).toBe(1);
  });

  it('counts a failure that came before it was up as a start that failed, each time', () => {
    const states = new RunStates();
    states.reported('c-0', { state: 'RESTARTING', error: 'x' }, 0);
    states.reported('c-0', { state: 'FAILED', error: 'x' }, 1);
    expect(states.starts).toMatchObject({ succeeded: 0, failed: 2, attempts: 2 });
  });

  it('adds up the time in a state, the present one included', () => {
    const states = new RunStates();
    states.reported('c-0', { state: 'RUNNING' }, 100);
    states.reported('c-0', { state: 'PAUSED' }, 400);
    expect(states.all(1_000).get('c-0')).toMatchObject({ runningMs: 300, pausedMs: 600 });
    states.reported('c-0', { state: 'UNASSIGNED' }, 1_100);
    expect(states.all(1_100).size).toBe(0);
  });
});
