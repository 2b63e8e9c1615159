const SECRET_KEY = /password|passwd|secret|token|credential|private\.?key|jaas\.config|api\.?key/i;
const PLACEHOLDER = /\$\{[^}]+\}/;

/** Whether a config value is not for eyes: its key speaks of a secret and it is no placeholder for one. */
export function isSecret(key: string, value: string): boolean {
  return value !== '' && SECRET_KEY.test(key) && !PLACEHOLDER.test(value);
}

/** Hides a password that is part of a URL. */
export function withoutUrlPassword(value: string): string {
  return value.replace(/(\/\/[^/:@\s]+):[^/@\s]+@/g, '$1:••••@');
}
