import type { Client } from '@elastic/elasticsearch';
import type { ConfigProblem } from '@millrace/sdk';
import type { SinkConfig } from './config.ts';
import { loginKey } from './connection.ts';
import { statusOf, toElasticError } from './errors.ts';
import { lacksClusterPrivilege, missingPrivileges } from './privileges.ts';
import { TargetNames, writesStreams } from './target-names.ts';

const TEMPLATES = 'manage_index_templates';

/**
 * Problems that only the servers know: rights that are missing, an index that is not there, a pipeline that nobody made. Rights can
 * only be looked at where all records go to one index.
 * @throws {MillraceError} where the servers can't be asked
 */
export async function sinkProblems(
  client: Client,
  config: SinkConfig,
  signal: AbortSignal,
): Promise<readonly ConfigProblem[]> {
  const index = new TargetNames(config).only;
  try {
    return [
      ...(index === null ? [] : await rightProblems(client, config, index, signal)),
      ...(index === null || config['index.create'] ? [] : await indexProblems(client, index, signal)),
      ...(await pipelineProblems(client, config, signal)),
    ];
  } catch (error) {
    throw toElasticError(error, 'Asking the servers what they allow', loginKey(config));
  }
}

async function rightProblems(
  client: Client,
  config: SinkConfig,
  index: string,
  signal: AbortSignal,
): Promise<readonly ConfigProblem[]> {
  const needed = [
    writesStreams(config) ? 'create_doc' : 'index',
    ...(config['behavior.on.null.values'] === 'delete' ? ['delete'] : []),
    'view_index_metadata',
  ];
  const missing = [...(await missingPrivileges(client, [index], needed, signal))];
  // Only who may look can be told whether it is there.
  const isMade =
    config['index.create'] && missing.length === 0 && !(await client.indices.exists({ index }, { signal }));
  if (isMade) missing.push(...(await missingPrivileges(client, [index], ['create_index'], signal)));
  const key = loginKey(config);
  const problems: ConfigProblem[] = [];
  if (missing.length > 0)
    problems.push({
      key,
      message: `The login lacks the privileges ${missing.join(', ')} on ${index}. Grant them to its role.`,
    });
  if (isMade && writesStreams(config) && (await lacksClusterPrivilege(client, TEMPLATES, signal)))
    problems.push({
      key,
      message: `The login lacks the cluster privilege ${TEMPLATES}, by which the template of data stream ${index} is looked for and made. Grant it to its role, or make the data stream first (PUT /_data_stream/${index}).`,
    });
  return problems;
}

async function indexProblems(
  client: Client,
  index: string,
  signal: AbortSignal,
): Promise<readonly ConfigProblem[]> {
  if (await client.indices.exists({ index }, { signal })) return [];
  const message = `There is no index, alias or data stream ${index}. Make it, or set index.create=true.`;
  return [{ key: 'index', message }];
}

async function pipelineProblems(
  client: Client,
  { 'ingest.pipeline': id }: SinkConfig,
  signal: AbortSignal,
): Promise<readonly ConfigProblem[]> {
  if (!id) return [];
  try {
    await client.ingest.getPipeline({ id }, { signal });
    return [];
  } catch (error) {
    // Who may not look may still use it.
    if (statusOf(error) !== 404) return [];
    return [
      { key: 'ingest.pipeline', message: `There is no ingest pipeline ${id}. Make it, or leave it out.` },
    ];
  }
}
