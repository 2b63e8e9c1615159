export * from './definition.ts';
export * from './parse.ts';
export * from './validators.ts';
