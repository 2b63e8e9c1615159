const SECRET_BY_NAME =
  /(?:^|[._-])(?:password|passwd|passphrase|secret|secret[._-]?key|token|credentials?|api[._-]?key|private[._-]?key|jaas\.config|user\.info)$/i;

/** Whether the name of a config key says that its value is a secret: for keys that no definition is at hand for. */
export function isSecretByName(key: string): boolean {
  return SECRET_BY_NAME.test(key);
}

/** `scheme://user:password@`, where a value begins or the next one of several begins behind a comma. */
const IN_USERINFO = /(?:^|,)\s*(?:[a-z][a-z0-9+.-]*:)+\/\/[^\s/?#@:]*:([^\s/?#]+)@/gi;
const IS_URL = /^\s*(?:[a-z][a-z0-9+.-]*:)+\/\//i;
const PARAMETER = /[?&;]([^=&;?#\s]+)=([^&;#\s]+)/g;
const PLACEHOLDER = /\$\{[^}]*\}/g;

/**
 * Passwords within a value that is a URL, or several by comma: in the userinfo, or a parameter of such a name. Not those that only
 * a placeholder stands for. A value that has one is a secret as a whole, whatever its key.
 */
export function credentialsIn(value: string): readonly string[] {
  // Placeholders have colons and slashes of their own.
  const placeholders = value.match(PLACEHOLDER) ?? [];
  const plain = value.replace(PLACEHOLDER, '\0');
  const users = Array.from(plain.matchAll(IN_USERINFO), ([, password = '']) => password);
  const parameters = IS_URL.test(plain) ? [...plain.matchAll(PARAMETER)] : [];
  const named = parameters.flatMap(([, name = '', secret = '']) =>
    isSecretByName(name) || /(?:password|pwd)$/i.test(name) ? [secret] : [],
  );
  const found = [...users, ...named].filter((password) => password.replaceAll('\0', '') !== '');
  return placeholders.length === 0 ? found : found.flatMap((text) => text.split('\0').filter(Boolean));
}
