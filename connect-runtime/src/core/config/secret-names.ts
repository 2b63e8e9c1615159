const SECRET_BY_NAME =
  /(?:^|[._-])(?:password|passwd|passphrase|secret|secret[._-]?key|token|credentials?|api[._-]?key|private[._-]?key|jaas\.config|user\.info)$/i;

/** Whether the name of a config key says that its value is a secret: for keys that no definition is at hand for. */
export function isSecretByName(key: string): boolean {
  return SECRET_BY_NAME.test(key);
}
