import { requireConfig } from '@millrace/sdk';
import { describe, expect, it, test } from 'vitest';
import { addressedConnection, addressOptions, addressProblem } from './address-options.ts';

const config = (parameters: string, more: Record<string, string> = {}) =>
  requireConfig(addressOptions, {
    'connection.url': `jdbc:postgresql://db:5433/shop${parameters}`,
    'connection.user': 'me',
    ...more,
  });

describe('the address of a database', () => {
  it('says where tables are and how the connection is encrypted', () => {
    const given = config('?currentSchema=sales,public&sslmode=verify-ca&sslrootcert=/ca.pem', {
      'database.sslcert': '/mine.pem',
    });
    expect(addressProblem(given)).toBeNull();
    expect(addressedConnection(given)).toMatchObject({
      ...{ host: 'db', port: 5433, database: 'shop', user: 'me', searchPath: 'sales,public' },
      ...{ sslmode: 'verify-ca', sslrootcert: '/ca.pem', sslcert: '/mine.pem', sslkey: null },
      keys: { sslmode: 'connection.url' },
    });
  });

  it('asks for a verified connection by ssl=true, as Java’s driver understands it', () => {
    expect(addressedConnection(config('?ssl=true')).sslmode).toBe('verify-full');
    expect(addressedConnection(config('?ssl=false')).sslmode).toBe('prefer');
    expect(addressedConnection(config('')).keys.sslmode).toBe('database.sslmode');
  });

  it('may tune a driver', () => {
    const tuning = '?ApplicationName=x&reWriteBatchedInserts=true&socketTimeout=30&prepareThreshold=0';
    expect(addressProblem(config(tuning))).toBeNull();
  });

  test.each([
    ['?targetServerType=primary', 'targetServerType'],
    ['?options=-c%20search_path%3Da', 'options'],
    ['?sslmode=allow', 'sslmode that is none of'],
    ['?ssl=maybe', 'true or false'],
  ])('is refused for %s, by the parameter and without its value', (parameters, said) => {
    expect(addressProblem(config(`${parameters}&password=secret`))?.message).toContain(said);
    expect(addressProblem(config(`${parameters}&password=secret`))?.message).not.toContain('secret');
  });

  it('is refused where it has a percent sign that stands for nothing', () => {
    const url = 'postgres://me:100%@db/shop';
    expect(addressProblem(config('', { 'connection.url': url }))?.message).toContain('must look like');
  });
});
