import { type Builders, type Of, route } from './route.ts';

const secretUse = (t: Builders) =>
  t.Object({
    connector: t.String(),
    inlined: t.Array(
      t.String({ description: 'A config key whose value is stored encrypted: a Java worker cannot read it' }),
    ),
    inClear: t.Array(
      t.String({
        description: 'A key that is a secret by its name, and stored in clear: put the config again',
      }),
    ),
    providers: t.Array(t.String({ description: 'A config provider that the config refers to' })),
  });

export type SecretUseRow = Of<typeof secretUse>;

/** To be looked at before topics are given back to Java workers. */
export const listSecretUses = route({
  operationId: 'listSecretUses',
  method: 'GET',
  url: '/api/v1/secrets',
  summary: 'Connectors whose configs keep values elsewhere, those with secrets that were given inline first',
  tag: 'connectors',
  needs: { operation: 'DESCRIBE', resource: 'connector' },
  schemas: (t) => ({ replies: { 200: t.Array(secretUse(t)) } }),
});

export const renewSecrets = route({
  operationId: 'renewSecrets',
  method: 'POST',
  url: '/api/v1/secrets/renew',
  summary: 'Encrypt all secrets with the newest key of secrets.key.file, so that older keys may leave it',
  tag: 'connectors',
  needs: { operation: 'ALTER', resource: 'cluster' },
  refusals: [409],
  schemas: (t) => ({
    query: t.Object({ forward: t.Optional(t.Boolean()) }),
    replies: { 200: t.Object({ renewed: t.Integer(), unreadable: t.Array(t.String()) }) },
  }),
});
