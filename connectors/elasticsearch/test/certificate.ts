import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate that signed itself, for 127.0.0.1, with its key, as PEM files and as text. */
export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

/** Certificates in a folder of their own. */
export class Certificates {
  readonly #folder = mkdtempSync(join(tmpdir(), 'millrace-certificates-'));
  #count = 0;

  /** @param keyPassword encrypts the key */
  make(keyPassword?: string): Certificate {
    const name = join(this.#folder, String(++this.#count));
    const [certFile, keyFile] = [`${name}.pem`, `${name}.key`];
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-days', '2'],
        ...['-subj', `/CN=test ${this.#count}`, '-addext', 'subjectAltName=IP:127.0.0.1'],
        ...['-keyout', keyFile, '-out', certFile],
        ...(keyPassword === undefined ? ['-nodes'] : ['-passout', `pass:${keyPassword}`]),
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    return { certFile, keyFile, cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
