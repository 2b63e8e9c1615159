import { type ConfigProblem, isMillraceError } from '@millrace/foundation';

/**
 * The usual `validate` of a connector: connects, and looks at what it will need. What is thrown as a MillraceError is a problem of the
 * key that its `path` names, or of `key` where it names none; anything else is a bug and goes on. End what was opened in `attempt` itself.
 *
 *     validate: (config, signal) => connectionProblems('url', async () => {
 *       await ping(config.url, signal);
 *       return [];
 *     })
 *
 * @param attempt gives further problems, such as a table that is missing; none where all is well
 */
export async function connectionProblems(
  key: string,
  attempt: () => Promise<readonly ConfigProblem[]>,
): Promise<readonly ConfigProblem[]> {
  try {
    return await attempt();
  } catch (error) {
    if (!isMillraceError(error)) throw error;
    const { path = key, hint } = error.details;
    const sentence = /[.!?]$/.test(error.message) ? error.message : `${error.message}.`;
    return [{ key: path, message: hint ? `${sentence} ${hint}` : sentence }];
  }
}
