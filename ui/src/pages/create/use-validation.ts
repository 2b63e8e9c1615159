import { type Preview, runPreview, validatePluginConfig } from '@millrace/rest-api/contract';
import { useEffect, useState } from 'react';
import { call, type Explained, explain } from '../../api/client.ts';
import type { Config, Validation } from './form-model.ts';

/** After a pause in typing. */
const VALIDATE_AFTER_MS = 350;
/** A preview connects to the system: it waits for a longer pause. */
const PREVIEW_AFTER_MS = 900;
const SAMPLES = 5;
/** A server that did not answer, or could not for now, is asked again after so long. */
const AGAIN_AFTER_MS = 3_000;

export interface Validated {
  readonly data: Validation | null;
  readonly error: Explained | null;
  readonly busy: boolean;
}

/** What the server says of a config, as it is typed. The last answer stays until the next is there. */
export function useValidation(config: Config): Validated {
  const [state, setState] = useState<Validated>({ data: null, error: null, busy: true });
  const key = JSON.stringify(config);
  useEffect(() => {
    const abort = new AbortController();
    setState((before) => ({ ...before, busy: true }));
    let timer: ReturnType<typeof setTimeout>;
    const validate = () => {
      const body: Config = JSON.parse(key);
      const params = { plugin: body['connector.class'] ?? '' };
      call(validatePluginConfig, { params, body, signal: abort.signal }).then(
        (data) => setState({ data, error: null, busy: false }),
        (thrown: unknown) => {
          if (abort.signal.aborted) return;
          const error = explain(thrown);
          setState((before) => ({ ...before, error, busy: false }));
          if (error.status === 0 || error.status >= 500) timer = setTimeout(validate, AGAIN_AFTER_MS);
        },
      );
    };
    timer = setTimeout(validate, VALIDATE_AFTER_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [key]);
  return state;
}

export interface Previewed {
  readonly data: Preview | null;
  readonly error: Explained | null;
  readonly busy: boolean;
  /** Whether what is shown is of another config than the one that is typed now. */
  readonly stale: boolean;
}

/** Real records through a config, where it has no errors; `turn` asks again. */
export function useSamples(config: Config, ready: boolean, turn: number): Previewed {
  const [state, setState] = useState<Previewed & { of: string }>({
    data: null,
    error: null,
    busy: false,
    stale: false,
    of: '',
  });
  const key = JSON.stringify(config);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of the turn is what asks again.
  useEffect(() => {
    if (!ready) return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      setState((before) => ({ ...before, busy: true }));
      const whole: Config = JSON.parse(key);
      call(runPreview, { body: { config: whole, limit: SAMPLES }, signal: abort.signal }).then(
        (data) => setState({ data, error: null, busy: false, stale: false, of: key }),
        (error: unknown) => {
          if (!abort.signal.aborted)
            setState((before) => ({ ...before, error: explain(error), busy: false, stale: false, of: key }));
        },
      );
    }, PREVIEW_AFTER_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [key, ready, turn]);
  return { ...state, stale: state.of !== key };
}
