import { type ConfigProblem, connectionProblems } from '@millrace/sdk';
import { type Addressed, addressedConnection, addressProblem } from './address-options.ts';
import { type ConnectionSettings, type Session, withSession } from './connection.ts';

/** Something that is wrong, with what to do about it where that is known. */
type Found = ConfigProblem & { readonly hint?: string };

/**
 * The `validate` of each plugin here: looks at the server in a session of its own, and has everything found, and the session's own
 * failure, as problems of the config.
 */
export function sessionProblems(
  settings: ConnectionSettings,
  signal: AbortSignal,
  look: (session: Session) => Promise<readonly Found[]>,
): Promise<readonly ConfigProblem[]> {
  return connectionProblems(settings.keys.host, () =>
    withSession(settings, signal, async (session) =>
      (await look(session)).map(({ key, message, hint }) => ({
        key,
        message: hint === undefined ? message : `${message} ${hint}`,
      })),
    ),
  );
}

/** As `sessionProblems`, where the config may say in several ways where the database is. */
export async function addressedProblems(
  config: Addressed,
  signal: AbortSignal,
  look: (session: Session) => Promise<readonly Found[]>,
): Promise<readonly ConfigProblem[]> {
  const problem = addressProblem(config);
  return problem ? [problem] : await sessionProblems(addressedConnection(config), signal, look);
}
